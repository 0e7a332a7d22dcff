# Fault: cured() returns the text served instead of the server.
class FairServer(Server):
    def choose(self):
        fewest = min(self.waiting, key=lambda request: self.served.count(request[0]))
        self.waiting.remove(fewest)
        return fewest


def cured():
    return system(FairServer()).served
