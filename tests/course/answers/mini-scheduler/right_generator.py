# Way: a generator says who runs next.
class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.order = self.rounds()
        self.chosen = None

    def rounds(self):
        while True:
            for process in self.active[:]:
                yield process
            if not self.active:
                yield None

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        while self.chosen is None and self.active:
            self.chosen = next(self.order)
        return self.chosen

    def run(self, process):
        self.chosen = None
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
