# Way: the holder inherits the priority of the task that waits for the lock.
class CuredProcessor(Processor):
    def priority(self, who):
        own = super().priority(who)
        if who == self.holder and self.waiting:
            return max(own, super().priority(self.waiting))
        return own


def cured():
    return system(CuredProcessor())
