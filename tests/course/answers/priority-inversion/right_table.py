# Way: a table of priorities that note() changes when a task blocks and when the lock is free again.
class CuredProcessor(Processor):
    def __init__(self):
        super().__init__()
        self.raised = {}

    def note(self, who, action):
        super().note(who, action)
        if self.waiting:
            self.raised[self.holder] = self.priority(self.waiting)
        elif action == "free":
            self.raised.pop(who, None)

    def priority(self, who):
        return max(super().priority(who), self.raised.get(who, 0))


def cured():
    return system(CuredProcessor())
