# Way: when a task blocks, it swaps its urgency with the holder until the lock is free.
class CuredProcessor(Processor):
    def __init__(self):
        super().__init__()
        self.acts_as = {}

    def note(self, who, action):
        super().note(who, action)
        self.acts_as = {self.holder: self.waiting, self.waiting: self.holder} if self.waiting else {}

    def priority(self, who):
        return super().priority(self.acts_as.get(who, who))


def cured():
    return system(CuredProcessor())
