# It says: Of the first 18 answers
class FairServer(Server):
    def choose(self):
        return self.waiting.pop()  # the newest first


def cured():
    return system(FairServer())
