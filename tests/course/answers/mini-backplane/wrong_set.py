# Fault: a message that came before is not sent again.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.subscribers = []
        self.seen = []

    def subscribe(self, component, box="inbox"):
        self.subscribers.append((component, box))

    def main(self):
        while True:
            for _ in range(self.data_ready()):
                message = self.recv()
                if message in self.seen:
                    continue
                self.seen.append(message)
                for component, box in self.subscribers:
                    component.send(message, box)
            yield
