# It says: high was dispatched although it waits for the lock
class CuredProcessor(Processor):
    def note(self, who, action):
        if who == "high" and action == "take":
            self.holder = None  # the urgent one gets it at once
        super().note(who, action)


def cured():
    return system(CuredProcessor())
