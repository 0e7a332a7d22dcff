# Fault: cured() returns nothing.
class CuredProcessor(Processor):
    def priority(self, who):
        return 3 if who == self.holder and self.waiting else super().priority(who)


def cured():
    system(CuredProcessor())
