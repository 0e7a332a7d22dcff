# Fault: turns every error into another one.
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
            raise
        except Exception as error:
            raise RuntimeError("something went wrong") from error
