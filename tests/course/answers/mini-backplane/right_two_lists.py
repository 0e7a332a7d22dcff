# Way: two lists side by side, and IndexError for the end of the inbox.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        self.components, self.places = [], []
        scheduler.names.update({name: self})

    def subscribe(self, component, box="inbox"):
        self.components.append(component)
        self.places.append(box)

    def main(self):
        while True:
            try:
                while True:
                    message = self.recv()
                    for i, component in enumerate(self.components):
                        component.send(message, self.places[i])
            except IndexError:
                yield
