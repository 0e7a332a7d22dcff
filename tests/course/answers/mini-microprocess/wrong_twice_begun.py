# Fault: begins main() twice: what is done before the first yield is done two times.
class Microprocess:
    def __init__(self):
        self.flow = None

    def main(self):
        yield

    def __next__(self):
        if self.flow is None:
            next(self.main())
            self.flow = self.main()
        return next(self.flow)
