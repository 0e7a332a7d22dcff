# Fault: reaches into the boxes of the components instead of using recv() and send().
class Postman(Microprocess):
    def __init__(self, source, source_box, sink, sink_box):
        super().__init__()
        self.source, self.source_box = source, source_box
        self.sink, self.sink_box = sink, sink_box

    def main(self):
        while True:
            box = self.source.boxes[self.source_box]
            while box:
                self.sink.boxes[self.sink_box].append(box.pop(0))
            yield
