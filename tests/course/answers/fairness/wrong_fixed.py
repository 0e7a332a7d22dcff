# It says: c got 0
class FairServer(Server):
    def choose(self):
        request = min(self.waiting)  # first a, then b, then c
        self.waiting.remove(request)
        return request


def cured():
    return system(FairServer())
