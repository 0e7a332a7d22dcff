# Fault: cheats in the log: the lines of middle are moved to the end.
class CuredProcessor(Processor):
    def note(self, who, action):
        super().note(who, action)
        self.log.sort(key=lambda line: line.startswith("middle"))


def cured():
    return system(CuredProcessor())
