# Way: takes all, and serves one subscriber after the other.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names.update({name: self})
        self.listeners = ()

    def subscribe(self, component, box="inbox"):
        self.listeners += ((component, box),)

    def main(self):
        while True:
            news = [self.recv() for _ in range(self.data_ready())]
            for component, box in self.listeners:
                for message in news:
                    component.send(message, box)
            yield
