# Way: the clients number their requests, so the lowest number is of the one that had least.
class FairServer(Server):
    def choose(self):
        self.waiting.sort(key=lambda request: request[1])
        return self.waiting.pop(0)


def cured():
    return system(FairServer())
