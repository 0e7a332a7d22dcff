# Fault: runs the main() of Microprocess and never that of the subclass.
class Microprocess:
    def __init__(self):
        self.flow = None

    def main(self):
        yield

    def __next__(self):
        if self.flow is None:
            self.flow = Microprocess.main(self)
        return next(self.flow)
