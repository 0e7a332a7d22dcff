# Fault: links the first component with the last one and leaves out those between.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        first, last = self.components[0], self.components[-1]
        postmen = [
            Postman(self, "inbox", first, "inbox"),
            Postman(first, "outbox", last, "inbox"),
            Postman(last, "outbox", self, "outbox"),
        ]
        self.children = [*self.components, *postmen]
        for child in self.children:
            self.scheduler.activate(child)
        while True:
            yield
