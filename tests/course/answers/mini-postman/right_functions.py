# Way: two functions made in __init__, one that takes and one that gives.
from functools import partial


class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box
        self.waiting = partial(source.data_ready, source_box)
        self.take = partial(source.recv, source_box)
        self.give = lambda message: sink.send(message, sink_box)

    def main(self):
        while True:
            left = self.waiting()
            while left:
                self.give(self.take())
                left -= 1
            yield
