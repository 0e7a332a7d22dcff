# Fault: the holder is urgent for one action only, and the lock is not free after that.
class CuredProcessor(Processor):
    helped = False

    def note(self, who, action):
        super().note(who, action)
        if self.waiting and who == self.holder:
            self.helped = True
        if not self.waiting:
            self.helped = False

    def priority(self, who):
        if self.waiting and who == self.holder and not self.helped:
            return 3
        return super().priority(who)


def cured():
    return system(CuredProcessor())
