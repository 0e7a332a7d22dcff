# Fault: dispatches the least urgent task.
class CuredProcessor(Processor):
    def priority(self, who):
        return -super().priority(who)


def cured():
    return system(CuredProcessor())
