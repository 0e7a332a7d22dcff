# Way: a wrapper generator that begins main() only when it is asked the first time.
class Microprocess:
    def __init__(self):
        self.flow = self._whole_life()

    def _whole_life(self):
        yield from self.main()

    def main(self):
        yield

    def __next__(self):
        return self.flow.__next__()
