# Fault: sends the messages one slice later than it takes them.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.subscribers = []

    def subscribe(self, component, box="inbox"):
        self.subscribers.append((component, box))

    def main(self):
        news = []
        while True:
            for message in news:
                for component, box in self.subscribers:
                    component.send(message, box)
            news = [self.recv() for _ in range(self.data_ready())]
            yield
