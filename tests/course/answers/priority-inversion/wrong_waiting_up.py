# Fault: raises the task that waits, which is not ready, instead of the holder.
class CuredProcessor(Processor):
    def priority(self, who):
        return 4 if who == self.waiting else super().priority(who)


def cured():
    return system(CuredProcessor())
