# Fault: makes a text of each message.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            for _ in range(self.source.data_ready(self.source_box)):
                self.sink.send(f"{self.source.recv(self.source_box)}", self.sink_box)
            yield
