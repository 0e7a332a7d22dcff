class Pipeline(Component):
    """A row of components: what comes out of one goes into the next."""

    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        """In the first slice make the postmen and activate everybody; then only yield, for ever."""
        first, last = self.components[0], self.components[-1]
        postmen = [Postman(self, "inbox", first, "inbox")]
        for one, following in zip(self.components, self.components[1:]):
            postmen.append(Postman(one, "outbox", following, "inbox"))
        postmen.append(Postman(last, "outbox", self, "outbox"))
        self.children = [*self.components, *postmen]
        for child in self.children:
            self.scheduler.activate(child)
        while True:
            yield
