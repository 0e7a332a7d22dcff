class Postman(Microprocess):
    """Takes messages from a box of one component to a box of another."""

    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        """In every slice, for ever: move all that waits in the source's box, oldest first, to the sink's box."""
        while True:
            while self.source.data_ready(self.source_box):
                self.sink.send(self.source.recv(self.source_box), self.sink_box)
            yield
