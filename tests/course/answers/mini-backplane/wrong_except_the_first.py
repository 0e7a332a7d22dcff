# Fault: off by one: the first subscriber gets nothing.
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
                for i in range(1, len(self.subscribers)):
                    self.subscribers[i][0].send(message, self.subscribers[i][1])
            yield
