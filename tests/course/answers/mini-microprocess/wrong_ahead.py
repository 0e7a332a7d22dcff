# Fault: is always one slice ahead, so that it knows the end earlier.
class Microprocess:
    def __init__(self):
        self.flow = None

    def main(self):
        yield

    def __next__(self):
        if self.flow is None:
            self.flow = self.main()
            self.ahead = next(self.flow, StopIteration)
        now = self.ahead
        if now is StopIteration:
            raise StopIteration
        self.ahead = next(self.flow, StopIteration)
        return now
