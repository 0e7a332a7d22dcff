# Fault: keeps one request of each client and drops the others.
class FairServer(Server):
    def choose(self):
        one_each = dict(reversed(self.waiting))
        self.waiting[:] = list(one_each.items())
        return min(self.waiting, key=lambda request: self.served.count(request[0]))


def cured():
    return system(FairServer())
