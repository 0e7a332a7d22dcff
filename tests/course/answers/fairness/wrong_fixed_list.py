# Fault: a fixed list abcabc; if that client has no request the server fails.
class FairServer(Server):
    def choose(self):
        who = "abc"[len(self.served) % 3]
        request = next(request for request in self.waiting if request[0] == who)
        self.waiting.remove(request)
        return request


def cured():
    return system(FairServer())
