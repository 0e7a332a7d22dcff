# Way: the client whose last answer is longest ago.
class FairServer(Server):
    def choose(self):
        place = min(range(len(self.waiting)), key=lambda i: self.served.rfind(self.waiting[i][0]))
        return self.waiting.pop(place)


def cured():
    return system(FairServer())
