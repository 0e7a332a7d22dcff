# Way: asks next() for a mark of its own when a process has ended; the processes that still have their slice in this round wait in a deque.
from collections import deque


class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.round = deque()

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        if not self.round:
            self.round.extend(self.active)
        return self.round[0] if self.round else None

    def run(self, process):
        self.round.remove(process)
        if next(process, self) is self:
            self.active.remove(process)
