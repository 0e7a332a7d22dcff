# Fault: nothing was written.
class Scheduler:
    def __init__(self):
        self.active = []
        self.names = {}

    def activate(self, process):
        raise NotImplementedError("step 2, activate() of Scheduler")

    def choose(self):
        raise NotImplementedError("step 2, choose() of Scheduler")

    def run(self, process):
        raise NotImplementedError("step 2, run() of Scheduler")
