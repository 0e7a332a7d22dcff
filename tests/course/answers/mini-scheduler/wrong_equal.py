# Fault: compares processes by their class, so one of a class runs for all.
class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.seen = []

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        for process in self.active:
            if type(process) not in self.seen:
                return process
        self.seen = []
        return self.active[0] if self.active else None

    def run(self, process):
        self.seen.append(type(process))
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
