# Fault: nothing was changed.
class CuredProcessor(Processor):
    def priority(self, who):
        """Say how urgent a task is now: change this, or more of the processor."""
        return super().priority(who)


def cured():
    return system(CuredProcessor())
