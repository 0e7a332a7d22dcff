# Way: a deque of those that still have a slice in this round.
from collections import deque


class Scheduler:
    def __init__(self):
        self.active, self.names = [], {}
        self.this_round = deque()

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        if not self.this_round:
            self.this_round.extend(self.active)
        if self.this_round:
            return self.this_round[0]

    def run(self, process):
        try:
            self.this_round.remove(process)
        except ValueError:
            pass
        ended = False
        try:
            next(process)
        except StopIteration:
            ended = True
        if ended:
            self.active.remove(process)
