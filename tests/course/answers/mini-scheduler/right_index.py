# Way: an index into the list, and where the round ends; both move when a process leaves.
class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}
        self.position = 0
        self.end = 0

    def activate(self, process):
        self.active.append(process)
        process.scheduler = self

    def choose(self):
        if self.position >= self.end:
            self.position, self.end = 0, len(self.active)
        if not self.active:
            return None
        return self.active[self.position]

    def run(self, process):
        place = self.active.index(process)
        if place == self.position:
            self.position += 1
        try:
            next(process)
        except StopIteration:
            del self.active[place]
            if place < self.position:
                self.position -= 1
            if place < self.end:
                self.end -= 1
