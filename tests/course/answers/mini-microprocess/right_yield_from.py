# Way: a generator that begins main() when it is asked first.
class Microprocess:
    def __init__(self):
        self.flow = self.begin()

    def begin(self):
        yield from self.main()

    def main(self):
        yield

    def __next__(self):
        return next(self.flow)
