# Fault: any error in main() is swallowed and looks like its end.
class Microprocess:
    def __init__(self):
        self.flow = None

    def main(self):
        yield

    def __next__(self):
        if self.flow is None:
            self.flow = self.main()
        try:
            return next(self.flow)
        except Exception:
            raise StopIteration
