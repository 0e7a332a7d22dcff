# Way: carries one, and then the others in the same way.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def carry(self):
        if self.source.data_ready(self.source_box):
            self.sink.send(self.source.recv(self.source_box), self.sink_box)
            self.carry()

    def main(self):
        while True:
            self.carry()
            yield
