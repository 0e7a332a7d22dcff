# Way: the request of the client that was served least often so far.
class FairServer(Server):
    def choose(self):
        fewest = min(self.waiting, key=lambda request: self.served.count(request[0]))
        self.waiting.remove(fewest)
        return fewest


def cured():
    return system(FairServer())
