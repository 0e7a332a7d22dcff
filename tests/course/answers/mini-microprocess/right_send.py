# Way: a helper method as property, and send(None) instead of next().
class Microprocess:
    def __init__(self):
        self._generator = None

    @property
    def flow(self):
        if self._generator is None:
            self._generator = self.main()
        return self._generator

    def main(self):
        yield

    def __next__(self):
        return self.flow.send(None)
