# Fault: returns the request but leaves it in the list, so it is answered again and again.
class FairServer(Server):
    def choose(self):
        return min(self.waiting, key=lambda request: self.served.count(request[0]))


def cured():
    return system(FairServer())
