# Fault: dispatches the tasks in the order in which they came and forgets the priorities.
class CuredProcessor(Processor):
    def priority(self, who):
        return -self.ready.index(who)


def cured():
    return system(CuredProcessor())
