# It says: the one behind A when A leaves
class Scheduler:
    """Runs microprocesses in rounds: in each round everybody has one slice."""

    def __init__(self):
        self.active = []
        self.place = -1
        self.names = {}

    def activate(self, process):
        """Take a process in, at the end of self.active; its first slice is in the next round."""
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        """Return who goes next, or None if nobody is active."""
        if not self.active:
            return None
        self.place = (self.place + 1) % len(self.active)
        return self.active[self.place]

    def run(self, process):
        """Run one slice of a process; if it comes to its end, take it out of self.active."""
        try:
            next(process)
        except StopIteration:
            self.active.remove(process)
