# Fault: middle is left out: it is never dispatched.
class CuredProcessor(Processor):
    def note(self, who, action):
        if who != "middle":
            super().note(who, action)


def cured():
    return system(CuredProcessor())
