# Way: a recursive function that links the first of the rest.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def postmen(self, place, box, rest):
        if not rest:
            return [Postman(place, box, self, "outbox")]
        return [Postman(place, box, rest[0], "inbox"), *self.postmen(rest[0], "outbox", rest[1:])]

    def main(self):
        self.children = [*self.components, *self.postmen(self, "inbox", self.components)]
        for child in self.children:
            self.scheduler.activate(child)
        while True:
            yield
