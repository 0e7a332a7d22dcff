# Fault: helps low only after middle has been dispatched three times.
class CuredProcessor(Processor):
    passed = 0

    def note(self, who, action):
        super().note(who, action)
        if self.waiting and who == "middle":
            self.passed += 1
        if not self.waiting:
            self.passed = 0

    def priority(self, who):
        if who == self.holder and self.passed >= 3:
            return 3
        return super().priority(who)


def cured():
    return system(CuredProcessor())
