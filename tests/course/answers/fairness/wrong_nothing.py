# Fault: nothing was changed.
class FairServer(Server):
    def choose(self):
        """Take one of the requests that wait in self.waiting, and return it. A request is (who, number)."""
        return self.waiting.pop(0)


def cured():
    return system(FairServer())
