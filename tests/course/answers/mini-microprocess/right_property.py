# Way: the generator is made by a method that remembers it.
class Microprocess:
    def __init__(self):
        self.__dict__["flow"] = None

    def _flow(self):
        self.flow = self.flow or self.main()
        return self.flow

    def main(self):
        yield

    def __next__(self):
        self._flow().__next__()
