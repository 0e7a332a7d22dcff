# Fault: low keeps the priority it inherited after it has freed the lock.
class CuredProcessor(Processor):
    raised = None

    def priority(self, who):
        if self.waiting:
            self.raised = self.holder
        return 3 if who == self.raised else super().priority(who)


def cured():
    return system(CuredProcessor())
