# Fault: while high waits, high is not waited for: low is urgent only if middle is not ready.
class CuredProcessor(Processor):
    def priority(self, who):
        if who == self.holder and self.waiting and "middle" not in self.ready:
            return 3
        return super().priority(who)


def cured():
    return system(CuredProcessor())
