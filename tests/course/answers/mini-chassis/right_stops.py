# Way: a list of all sources and a list of all sinks.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        sources = [(self, "inbox")] + [(component, "outbox") for component in self.components]
        sinks = [(component, "inbox") for component in self.components] + [(self, "outbox")]
        self.children.extend(self.components)
        self.children.extend(Postman(*source, *sink) for source, sink in zip(sources, sinks))
        for child in self.children:
            self.scheduler.activate(child)
        while True:
            yield
