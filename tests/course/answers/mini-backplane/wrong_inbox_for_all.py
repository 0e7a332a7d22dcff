# Fault: sends into the inbox, whatever box was named.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.subscribers = []

    def subscribe(self, component, box="inbox"):
        self.subscribers.append(component)

    def main(self):
        while True:
            for _ in range(self.data_ready()):
                message = self.recv()
                for component in self.subscribers:
                    component.send(message, "inbox")
            yield
