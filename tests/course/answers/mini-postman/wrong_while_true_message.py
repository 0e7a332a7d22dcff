# Fault: stops at the first message that is 0 or None.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def take(self):
        return self.source.recv(self.source_box) if self.source.data_ready(self.source_box) else None

    def main(self):
        while True:
            while message := self.take():
                self.sink.send(message, self.sink_box)
            yield
