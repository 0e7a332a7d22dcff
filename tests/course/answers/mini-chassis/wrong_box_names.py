# Fault: the postmen between the components go to the outbox of the next one.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        postmen = [Postman(self, "inbox", self.components[0], "inbox")]
        for left, right in zip(self.components, self.components[1:]):
            postmen.append(Postman(left, "outbox", right, "outbox"))
        postmen.append(Postman(self.components[-1], "outbox", self, "outbox"))
        self.children = [*self.components, *postmen]
        for child in self.children:
            self.scheduler.activate(child)
        while True:
            yield
