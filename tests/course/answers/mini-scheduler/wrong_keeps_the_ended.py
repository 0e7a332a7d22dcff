# It says: is still in the list active
class Scheduler:
    """Runs microprocesses in rounds: in each round everybody has one slice."""

    def __init__(self):
        self.active = []
        self.turns = []
        self.names = {}

    def activate(self, process):
        """Take a process in, at the end of self.active; its first slice is in the next round."""
        process.scheduler = self
        self.active.append(process)

    def choose(self):
        """Return who goes next, or None if nobody is active."""
        if not self.turns:
            self.turns = list(self.active)
        return self.turns[0] if self.turns else None

    def run(self, process):
        """Run one slice of a process; if it comes to its end, take it out of self.active."""
        if process in self.turns:
            self.turns.remove(process)
        try:
            next(process)
        except StopIteration:
            pass
