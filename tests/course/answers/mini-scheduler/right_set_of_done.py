# Way: remembers who has run in this round and who has come in it.
class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.done = []

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)
        if self.done:
            self.done.append(process)

    def choose(self):
        for process in self.active:
            if process not in self.done:
                return process
        self.done = []
        return self.active[0] if self.active else None

    def run(self, process):
        self.done.append(process)
        if next(process, self) is self:
            self.active = [other for other in self.active if other is not process]
