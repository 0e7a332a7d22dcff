# Fault: a subscriber gets one message and is forgotten.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.subscribers = []

    def subscribe(self, component, box="inbox"):
        self.subscribers.append((component, box))

    def main(self):
        while True:
            for _ in range(self.data_ready()):
                message = self.recv()
                for component, box in self.subscribers:
                    component.send(message, box)
                self.subscribers = []
            yield
