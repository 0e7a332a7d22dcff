# It says: Of the first 18 answers
import random


class FairServer(Server):
    chance = random.Random(5)

    def choose(self):
        request = self.chance.choice(self.waiting)  # chance is the same for all
        self.waiting.remove(request)
        return request


def cured():
    return system(FairServer())
