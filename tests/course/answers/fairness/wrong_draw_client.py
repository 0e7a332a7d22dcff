# Fault: draws a client for each answer; over 18 answers the shares are seldom equal.
import random


class FairServer(Server):
    def choose(self):
        who = random.choice(sorted({who for who, _ in self.waiting}))
        for request in self.waiting:
            if request[0] == who:
                self.waiting.remove(request)
                return request


def cured():
    return system(FairServer())
