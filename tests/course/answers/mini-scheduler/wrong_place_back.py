# Fault: choose() returns the place in the list instead of the process.
class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.todo = []

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        if not self.todo:
            self.todo = list(range(len(self.active)))
        return self.todo.pop(0) if self.todo else None

    def run(self, place):
        try:
            next(self.active[place])
        except StopIteration:
            del self.active[place]
