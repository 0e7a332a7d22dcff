# Fault: takes two subscribers only, as many as in the example.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.first = self.second = None

    def subscribe(self, component, box="inbox"):
        if self.first is None:
            self.first = (component, box)
        elif self.second is None:
            self.second = (component, box)

    def main(self):
        while True:
            for _ in range(self.data_ready()):
                message = self.recv()
                for subscriber in (self.first, self.second):
                    if subscriber:
                        subscriber[0].send(message, subscriber[1])
            yield
