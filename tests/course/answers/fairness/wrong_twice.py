# Fault: answers each request twice.
class FairServer(Server):
    again = None

    def choose(self):
        if self.again:
            request, self.again = self.again, None
            return request
        fewest = min(self.waiting, key=lambda request: self.served.count(request[0]))
        self.waiting.remove(fewest)
        self.again = fewest
        return fewest


def cured():
    return system(FairServer())
