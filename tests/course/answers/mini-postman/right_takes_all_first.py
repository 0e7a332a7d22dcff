# Way: takes all out of the source, and then puts all into the sink.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            carried = [self.source.recv(self.source_box) for _ in range(self.source.data_ready(self.source_box))]
            for message in carried:
                self.sink.send(message, self.sink_box)
            yield
