# Fault: the holder becomes as urgent as middle, and then the first in the list goes, which can be middle.
class CuredProcessor(Processor):
    def priority(self, who):
        return 2 if who == self.holder and self.waiting else super().priority(who)


def cured():
    return system(CuredProcessor())
