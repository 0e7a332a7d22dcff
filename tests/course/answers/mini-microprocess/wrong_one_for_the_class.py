# Fault: the generator is kept at the class, so the second greeter goes on where the first one stands.
class Microprocess:
    flow = None

    def __init__(self):
        """Nothing to remember."""

    def main(self):
        yield

    def __next__(self):
        if Microprocess.flow is None:
            Microprocess.flow = self.main()
        return next(Microprocess.flow)
