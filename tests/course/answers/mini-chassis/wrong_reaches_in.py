# Fault: instead of postmen the components share their boxes: one's outbox is the other's inbox.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        self.children = list(self.components)
        self.components[0].boxes["inbox"] = self.boxes["inbox"]
        for left, right in zip(self.components, self.components[1:]):
            right.boxes["inbox"] = left.boxes["outbox"]
        self.boxes["outbox"] = self.components[-1].boxes["outbox"]
        for child in self.children:
            self.scheduler.activate(child)
        while True:
            yield
