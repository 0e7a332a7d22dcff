# Fault: waits for a message without a yield, so nobody else can run.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            while not self.source.data_ready(self.source_box):
                pass
            self.sink.send(self.source.recv(self.source_box), self.sink_box)
            yield
