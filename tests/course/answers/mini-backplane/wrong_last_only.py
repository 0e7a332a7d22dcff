# Fault: a new subscriber replaces the one before.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.subscriber = None

    def subscribe(self, component, box="inbox"):
        self.subscriber = (component, box)

    def main(self):
        while True:
            for _ in range(self.data_ready()):
                message = self.recv()
                if self.subscriber:
                    self.subscriber[0].send(message, self.subscriber[1])
            yield
