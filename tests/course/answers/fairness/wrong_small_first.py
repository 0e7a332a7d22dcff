# Fault: c always goes first, then b, and a gets the rest.
class FairServer(Server):
    def choose(self):
        self.waiting.sort(reverse=True)
        return self.waiting.pop(0)


def cured():
    return system(FairServer())
