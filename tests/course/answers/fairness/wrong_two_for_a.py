# Fault: two for a, then one for b and one for c.
class FairServer(Server):
    def choose(self):
        weight = {"a": 2, "b": 1, "c": 1}
        best = min(self.waiting, key=lambda request: self.served.count(request[0]) / weight[request[0]])
        self.waiting.remove(best)
        return best


def cured():
    return system(FairServer())
