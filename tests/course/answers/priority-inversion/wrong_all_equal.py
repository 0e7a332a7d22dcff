# Fault: while the lock is held all tasks are equally urgent, so low can go before high although high is ready.
class CuredProcessor(Processor):
    def priority(self, who):
        return 3 if self.holder else super().priority(who)


def cured():
    return system(CuredProcessor())
