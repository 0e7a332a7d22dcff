# Way: makes the generator in __init__; the body of a generator does not run until next().
class Microprocess:
    def __init__(self):
        self.flow = self.main()

    def main(self):
        yield

    def __next__(self):
        return next(self.flow)
