# Way: activates by a comprehension, the postmen first; the list has the components first.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        outer = Postman(self, "inbox", self.components[0], "inbox")
        last = Postman(self.components[-1], "outbox", self, "outbox")
        inner = [
            Postman(self.components[number], "outbox", self.components[number + 1], "inbox")
            for number in range(len(self.components) - 1)
        ]
        [self.scheduler.activate(postman) for postman in (outer, *inner, last)]
        [self.scheduler.activate(component) for component in self.components]
        self.children += [*self.components, outer, *inner, last]
        while 1:
            yield
