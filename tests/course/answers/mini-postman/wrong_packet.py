# Fault: delivers all messages as one list.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            packet = [self.source.recv(self.source_box) for _ in range(self.source.data_ready(self.source_box))]
            if packet:
                self.sink.send(packet, self.sink_box)
            yield
