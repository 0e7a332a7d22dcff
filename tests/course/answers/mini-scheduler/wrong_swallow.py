# Fault: a process with an error is taken out as if it had ended, and nobody hears of the error.
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
        return self.todo[0] if self.todo else None

    def run(self, process):
        if process in self.todo:
            self.todo.remove(process)
        try:
            next(process)
        except Exception:
            self.active.remove(process)
