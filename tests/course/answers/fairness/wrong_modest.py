# It says: Of the first 18 answers a got 0
class FairServer(Server):
    def choose(self):
        names = [who for who, _ in self.waiting]
        request = min(self.waiting, key=lambda each: names.count(each[0]))  # who asks least comes first
        self.waiting.remove(request)
        return request


def cured():
    return system(FairServer())
