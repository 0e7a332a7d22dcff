# Fault: runs its children itself instead of activating them.
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
        alive = list(self.children)
        while True:
            for child in list(alive):
                try:
                    next(child)
                except StopIteration:
                    alive.remove(child)
            yield
