# Fault: the list of the round belongs to the class, so two schedulers mix up their processes.
class Scheduler:
    todo = []

    def __init__(self):
        self.active = []
        self.names = {}

    def activate(self, process):
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        if not self.todo:
            self.todo.extend(self.active)
        return self.todo[0] if self.todo else None

    def run(self, process):
        if process in self.todo:
            self.todo.remove(process)
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
