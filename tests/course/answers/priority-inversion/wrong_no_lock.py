# Fault: the lock is not a lock any more: whoever asks gets it.
class CuredProcessor(Processor):
    def note(self, who, action):
        if action in ("take", "free"):
            self.log.append(f"{who}: {action}")
        else:
            super().note(who, action)


def cured():
    return system(CuredProcessor())
