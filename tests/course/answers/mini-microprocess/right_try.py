# Way: tries to continue, and begins if there is nothing to continue yet.
class Microprocess:
    def __init__(self):
        self.flow = None

    def main(self):
        yield

    def __next__(self):
        try:
            go_on = self.flow.__next__
        except AttributeError:
            self.flow = self.main()
            go_on = self.flow.__next__
        return go_on()
