# Fault: ends after two slices, as the greeter does.
class Microprocess:
    def __init__(self):
        self.slices, self.flow = 0, None

    def main(self):
        yield

    def __next__(self):
        if self.flow is None:
            self.flow = self.main()
        self.slices += 1
        if self.slices > 2:
            next(self.flow, None)
            raise StopIteration
        return next(self.flow)
