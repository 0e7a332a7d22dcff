# It says: high never came to its end
class CuredProcessor(Processor):
    def priority(self, who):
        inherits = self.waiting and who == self.holder
        return 4 if inherits else super().priority(who)

    def note(self, who, action):
        if action == "free":
            self.holder = None  # whoever waits is not told
        else:
            super().note(who, action)


def cured():
    return system(CuredProcessor())
