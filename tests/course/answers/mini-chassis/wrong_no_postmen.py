# Fault: carries the messages itself in each slice, without postmen.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        self.children = list(self.components)
        for child in self.children:
            self.scheduler.activate(child)
        while True:
            stops = [(self, "inbox"), *((child, "outbox") for child in self.children)]
            sinks = [*((child, "inbox") for child in self.children), (self, "outbox")]
            for (source, out), (sink, box) in zip(stops, sinks):
                for _ in range(source.data_ready(out)):
                    sink.send(source.recv(out), box)
            yield
