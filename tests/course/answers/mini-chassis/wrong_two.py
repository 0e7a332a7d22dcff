# Fault: works for two components only.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        one, two = self.components
        self.children = [one, two, Postman(self, "inbox", one, "inbox")]
        self.children += [Postman(one, "outbox", two, "inbox"), Postman(two, "outbox", self, "outbox")]
        for child in self.children:
            self.scheduler.activate(child)
        while True:
            yield
