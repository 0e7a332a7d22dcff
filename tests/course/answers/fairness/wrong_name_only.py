# Fault: choose() returns only the number, so the server fails at its first answer.
class FairServer(Server):
    def choose(self):
        fewest = min(self.waiting, key=lambda request: self.served.count(request[0]))
        self.waiting.remove(fewest)
        return fewest[1]


def cured():
    return system(FairServer())
