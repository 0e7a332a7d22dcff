# Fault: reaches into the boxes of the subscribers instead of using send().
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
                    component.boxes[box].append(message)
            yield
