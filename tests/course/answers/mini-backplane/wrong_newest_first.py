# Fault: the newest message goes out first.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.subscribers = []

    def subscribe(self, component, box="inbox"):
        self.subscribers.append((component, box))

    def main(self):
        while True:
            news = [self.recv() for _ in range(self.data_ready())]
            for message in reversed(news):
                for component, box in self.subscribers:
                    component.send(message, box)
            yield
