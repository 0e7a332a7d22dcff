class CuredProcessor(Processor):
    def priority(self, who):
        """The holder of the lock is as urgent as whoever waits for it."""
        own = super().priority(who)
        if who == self.holder and self.waiting:
            return max(own, super().priority(self.waiting))
        return own


def cured():
    return system(CuredProcessor())
