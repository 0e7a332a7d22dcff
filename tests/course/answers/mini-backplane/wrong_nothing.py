# Fault: nothing was written.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self

    def subscribe(self, component, box="inbox"):
        raise NotImplementedError("step 6, subscribe() of Backplane")

    def main(self):
        raise NotImplementedError("step 6, main() of Backplane")
        yield
