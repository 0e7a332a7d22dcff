# Way: counts with an index, and has a method for adding a child.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def add(self, child):
        self.children.append(child)
        self.scheduler.activate(child)

    def main(self):
        parts = self.components
        for part in parts:
            self.add(part)
        self.add(Postman(self, "inbox", parts[0], "inbox"))
        for i in range(len(parts) - 1):
            self.add(Postman(parts[i], "outbox", parts[i + 1], "inbox"))
        self.add(Postman(parts[-1], "outbox", self, "outbox"))
        yield
        while True:
            yield
