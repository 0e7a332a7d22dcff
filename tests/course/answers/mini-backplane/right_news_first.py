# Way: takes all news into a list first, and then gives the list to each subscriber.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.subscribers = []

    def subscribe(self, component, box="inbox"):
        self.subscribers.append((component, box))

    def main(self):
        while True:
            news = []
            while self.data_ready():
                news.append(self.recv())
            for component, box in self.subscribers:
                for message in news:
                    component.send(message, box)
            yield
