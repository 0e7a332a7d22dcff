# Fault: runs the first slice in __init__, before anybody has called next().
class Microprocess:
    def __init__(self):
        self.flow = self.main()
        next(self.flow)

    def main(self):
        yield

    def __next__(self):
        return next(self.flow)
