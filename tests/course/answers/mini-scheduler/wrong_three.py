# Fault: works for three processes only.
class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.turn = 0

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        return self.active[self.turn % 3 % len(self.active)] if self.active else None

    def run(self, process):
        self.turn += 1
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
