# Way: a second generator gives the messages out, one after the other.
from itertools import count


class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def letters(self):
        while self.source.data_ready(self.source_box):
            yield self.source.recv(self.source_box)

    def main(self):
        for _ in count():
            for letter in self.letters():
                self.sink.send(letter, self.sink_box)
            yield
