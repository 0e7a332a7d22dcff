# Fault: runs all of main() in the first call and then hands out what it yielded.
class Microprocess:
    def __init__(self):
        self.flow = None

    def main(self):
        yield

    def __next__(self):
        if self.flow is None:
            self.flow = list(self.main())
        if not self.flow:
            raise StopIteration
        return self.flow.pop(0)
