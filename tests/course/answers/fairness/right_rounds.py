# Way: fair queueing: each request gets the number of a round, one per client and round.
class FairServer(Server):
    def __init__(self):
        super().__init__()
        self.now, self.last, self.rounds = 0, {}, {}

    def choose(self):
        for request in self.waiting:
            if request not in self.rounds:
                who = request[0]
                self.last[who] = max(self.now, self.last.get(who, 0)) + 1
                self.rounds[request] = self.last[who]
        request = min(self.waiting, key=self.rounds.get)
        self.now = self.rounds.pop(request) - 1
        self.waiting.remove(request)
        return request


def cured():
    return system(FairServer())
