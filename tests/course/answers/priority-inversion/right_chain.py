# Way: a task is as urgent as the most urgent of itself and of all that it holds up.
class CuredProcessor(Processor):
    def held_up_by(self, who):
        return [self.waiting] if self.waiting and self.holder == who else []

    def priority(self, who):
        mine = Processor.priority(self, who)
        return max([mine] + [self.priority(other) for other in self.held_up_by(who)])


def cured():
    return system(CuredProcessor())
