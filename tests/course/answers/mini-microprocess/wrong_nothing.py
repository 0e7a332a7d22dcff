# Fault: nothing was written.
class Microprocess:
    def __init__(self):
        self.flow = None

    def main(self):
        yield

    def __next__(self):
        raise NotImplementedError("step 1, __next__() of Microprocess")
