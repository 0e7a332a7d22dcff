# Fault: returns the generator and does not run it.
class Microprocess:
    def __init__(self):
        self.flow = None

    def main(self):
        yield

    def __next__(self):
        if self.flow is None:
            self.flow = self.main()
        return self.flow
