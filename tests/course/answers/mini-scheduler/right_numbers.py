# Way: counts for each process in which round it was last; the lowest number goes next.
class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.round = 0
        self.had = {}

    def activate(self, process):
        process.scheduler = self
        self.had[id(process)] = self.round
        self.active.append(process)

    def choose(self):
        return min(self.active, key=lambda process: self.had[id(process)], default=None)

    def run(self, process):
        self.had[id(process)] += 1
        self.round = max(self.round, self.had[id(process)])
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
            del self.had[id(process)]
