# Fault: carries back what is in the sink's box as well.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            there = self.source.data_ready(self.source_box)
            back = self.sink.data_ready(self.sink_box)
            for _ in range(there):
                self.sink.send(self.source.recv(self.source_box), self.sink_box)
            for _ in range(back):
                self.source.send(self.sink.recv(self.sink_box), self.source_box)
            yield
