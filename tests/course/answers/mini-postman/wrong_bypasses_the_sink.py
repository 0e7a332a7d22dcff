# Fault: takes by recv(), and puts the messages into the list of the sink.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            for _ in range(self.source.data_ready(self.source_box)):
                self.sink.boxes[self.sink_box].append(self.source.recv(self.source_box))
            yield
