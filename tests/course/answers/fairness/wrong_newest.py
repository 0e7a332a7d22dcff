# Fault: the newest request first.
class FairServer(Server):
    def choose(self):
        return self.waiting.pop()


def cured():
    return system(FairServer())
