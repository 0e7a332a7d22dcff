# Way: the next name after the last one that was served, round and round, of those that wait.
class FairServer(Server):
    last = ""

    def choose(self):
        names = sorted({who for who, _ in self.waiting})
        later = [name for name in names if name > self.last]
        self.last = (later or names)[0]
        request = next(request for request in self.waiting if request[0] == self.last)
        self.waiting.remove(request)
        return request


def cured():
    return system(FairServer())
