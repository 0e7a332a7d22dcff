# It says: low had freed the lock already
class CuredProcessor(Processor):
    raised = False

    def priority(self, who):
        if who == "low" and self.holder == "low" and self.waiting:
            self.raised = True  # and it is never lowered again
        return 3 if who == "low" and self.raised else super().priority(who)


def cured():
    return system(CuredProcessor())
