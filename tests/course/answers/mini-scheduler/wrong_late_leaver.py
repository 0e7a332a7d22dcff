# Fault: a process that has ended is asked once more before it leaves the list.
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
        if getattr(process, "over", False):
            self.active.remove(process)
            return
        try:
            next(process)
        except StopIteration:
            process.over = True
