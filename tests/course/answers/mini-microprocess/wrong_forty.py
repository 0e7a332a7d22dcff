# Fault: the first forty calls do nothing.
class Microprocess:
    def __init__(self):
        self.calls, self.flow = 0, None

    def main(self):
        yield

    def __next__(self):
        self.calls += 1
        if self.calls <= 40:
            return None
        if self.flow is None:
            self.flow = self.main()
        return next(self.flow)
