# Fault: activates one child in each slice instead of all in the first.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        first, last = self.components[0], self.components[-1]
        postmen = [Postman(self, "inbox", first, "inbox")]
        for left, right in zip(self.components, self.components[1:]):
            postmen.append(Postman(left, "outbox", right, "inbox"))
        postmen.append(Postman(last, "outbox", self, "outbox"))
        self.children = [*self.components, *postmen]
        for child in self.children:
            self.scheduler.activate(child)
            yield
        while True:
            yield
