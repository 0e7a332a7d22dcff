# Way: is an iterator, too.
class Microprocess:
    def __init__(self):
        self.slices = iter(())
        self.fresh = True

    def __iter__(self):
        return self

    def main(self):
        yield

    def __next__(self):
        if self.fresh:
            self.slices, self.fresh = iter(self.main()), False
        for value in self.slices:
            return value
        raise StopIteration
