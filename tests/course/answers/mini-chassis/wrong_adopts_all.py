# Fault: activates its children again in every slice if they are not active.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        while True:
            for component in self.components:
                if component not in self.scheduler.active:
                    self.scheduler.activate(component)
            sources = [(self, "inbox")] + [(component, "outbox") for component in self.components]
            sinks = [(component, "inbox") for component in self.components] + [(self, "outbox")]
            for source, sink in zip(sources, sinks):
                self.scheduler.activate(Postman(*source, *sink))
            self.children = [*self.components]
            yield
