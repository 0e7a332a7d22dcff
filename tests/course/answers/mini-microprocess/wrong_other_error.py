# Fault: at the end RuntimeError comes out instead of StopIteration.
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
        except StopIteration:
            raise RuntimeError("main() has ended")
