# Way: remembers in a loop where the last postman ended.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        postmen = []
        place, box = self, "inbox"
        for component in self.components:
            postmen.append(Postman(place, box, component, "inbox"))
            place, box = component, "outbox"
        postmen.append(Postman(place, box, self, "outbox"))
        self.children = list(self.components) + postmen
        list(map(self.scheduler.activate, self.children))
        while True:
            yield
