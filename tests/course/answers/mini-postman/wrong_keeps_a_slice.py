# Fault: carries the messages about for one slice before it delivers them.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        bag = []
        while True:
            for message in bag:
                self.sink.send(message, self.sink_box)
            bag = [self.source.recv(self.source_box) for _ in range(self.source.data_ready(self.source_box))]
            yield
