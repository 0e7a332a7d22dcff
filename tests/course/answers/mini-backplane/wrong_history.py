# Fault: a new subscriber gets all that was published before it came.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.subscribers, self.history = [], []

    def subscribe(self, component, box="inbox"):
        self.subscribers.append((component, box))
        for message in self.history:
            component.send(message, box)

    def main(self):
        while True:
            for _ in range(self.data_ready()):
                message = self.recv()
                self.history.append(message)
                for component, box in self.subscribers:
                    component.send(message, box)
            yield
