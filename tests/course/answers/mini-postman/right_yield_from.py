# Way: carries in a function of its own, with yield from.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def walk(self):
        for _ in range(self.source.data_ready(self.source_box)):
            self.sink.send(self.source.recv(self.source_box), self.sink_box)
        yield

    def main(self):
        while True:
            yield from self.walk()
