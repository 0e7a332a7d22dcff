# Fault: draws the next process, so some have two slices in a round and others none.
import random


class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.todo = []

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        return random.choice(self.active) if self.active else None

    def run(self, process):
        if process in self.todo:
            self.todo.remove(process)
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
