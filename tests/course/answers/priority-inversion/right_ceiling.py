# Way: priority ceiling: while a task has the lock it is as urgent as the most urgent that uses it.
class CuredProcessor(Processor):
    users = ("low", "high")

    def priority(self, who):
        own = super().priority(who)
        if who == self.holder:
            return max(own, *(super(CuredProcessor, self).priority(user) for user in self.users))
        return own


def cured():
    return system(CuredProcessor())
