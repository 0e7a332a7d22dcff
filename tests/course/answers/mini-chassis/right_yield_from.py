# Way: waits in a generator of its own.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        self.assemble()
        yield from self.idle()

    def assemble(self):
        sources = [(self, "inbox")] + [(component, "outbox") for component in self.components]
        sinks = [(component, "inbox") for component in self.components] + [(self, "outbox")]
        postmen = [Postman(*source, *sink) for source, sink in zip(sources, sinks)]
        self.children = list(self.components) + postmen
        for child in self.children:
            self.scheduler.activate(child)

    def idle(self):
        while True:
            yield
