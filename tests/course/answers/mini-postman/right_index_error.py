# Way: takes until IndexError says that the box is empty.
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            self.carry_all()
            yield

    def carry_all(self):
        while True:
            try:
                letter = self.source.recv(self.source_box)
            except IndexError:
                return
            self.sink.send(letter, self.sink_box)
