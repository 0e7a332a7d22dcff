# Fault: draws a request, and a has most of them.
import random


class FairServer(Server):
    def choose(self):
        return self.waiting.pop(random.randrange(len(self.waiting)))


def cured():
    return system(FairServer())
