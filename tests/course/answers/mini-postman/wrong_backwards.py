# Fault: carries from the sink to the source.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            for _ in range(self.sink.data_ready(self.sink_box)):
                self.source.send(self.sink.recv(self.sink_box), self.source_box)
            yield
