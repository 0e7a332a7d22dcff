# Fault: always goes from "outbox" to "inbox", whatever boxes it was given.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            for _ in range(self.source.data_ready("outbox")):
                self.sink.send(self.source.recv("outbox"), "inbox")
            yield
