# Fault: while the lock is held all tasks are equally urgent, and middle may be first in the list.
class CuredProcessor(Processor):
    def priority(self, who):
        return 3 if self.holder else super().priority(who)


def cured():
    return system(CuredProcessor())
