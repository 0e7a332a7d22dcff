# Fault: off by one: the last component is not linked with the one before it.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        parts = self.components
        postmen = [Postman(self, "inbox", parts[0], "inbox")]
        for i in range(len(parts) - 2):
            postmen.append(Postman(parts[i], "outbox", parts[i + 1], "inbox"))
        postmen.append(Postman(parts[-1], "outbox", self, "outbox"))
        self.children = [*parts, *postmen]
        for child in self.children:
            self.scheduler.activate(child)
        while True:
            yield
