# Fault: prints an error and goes on.
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
        self.todo.remove(process)
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
        except Exception as error:
            print("error:", error)
            self.active.remove(process)
