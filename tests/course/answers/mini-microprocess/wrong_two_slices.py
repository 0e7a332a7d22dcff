# Fault: runs two slices in each call.
class Microprocess:
    def __init__(self):
        self.flow = None

    def main(self):
        yield

    def __next__(self):
        if self.flow is None:
            self.flow = self.main()
        next(self.flow)
        return next(self.flow)
