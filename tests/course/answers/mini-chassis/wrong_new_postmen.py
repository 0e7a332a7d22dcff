# Fault: makes and activates new postmen in every slice.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        for component in self.components:
            self.scheduler.activate(component)
        while True:
            first, last = self.components[0], self.components[-1]
            postmen = [Postman(self, "inbox", first, "inbox")]
            for left, right in zip(self.components, self.components[1:]):
                postmen.append(Postman(left, "outbox", right, "inbox"))
            postmen.append(Postman(last, "outbox", self, "outbox"))
            self.children = [*self.components, *postmen]
            for postman in postmen:
                self.scheduler.activate(postman)
            yield
