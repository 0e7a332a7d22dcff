# Way: a generator makes the plan: it is asked for the next process, and what it said is remembered until it ran.
class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.plan = self.rounds()
        self.chosen = None

    def rounds(self):
        while True:
            if not self.active:
                yield None
            for process in list(self.active):
                if process in self.active:
                    yield process

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        if self.chosen is None:
            self.chosen = next(self.plan)
        return self.chosen

    def run(self, process):
        if process is self.chosen:
            self.chosen = None
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
