# It says: a wants 14 answers, and got
class FairServer(Server):
    def choose(self):
        names = [who for who, _ in self.waiting]
        while names.count(self.waiting[0][0]) > 3:  # too greedy: away with it
            names.remove(self.waiting.pop(0)[0])
        return self.waiting.pop(0)


def cured():
    return system(FairServer())
