# Fault: low is always the most urgent, also when it has no lock.
class CuredProcessor(Processor):
    def priority(self, who):
        return 4 if who == "low" else super().priority(who)


def cured():
    return system(CuredProcessor())
