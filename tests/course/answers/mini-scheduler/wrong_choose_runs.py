# Fault: choose() runs the slice itself, and run() does nothing.
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
            self.todo = list(self.active)
        if not self.todo:
            return None
        process = self.todo.pop(0)
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
        return process

    def run(self, process):
        pass
