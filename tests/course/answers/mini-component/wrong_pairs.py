# Fault: the boxes are tuples, not lists.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": (), "outbox": ()}

    def send(self, message, box="outbox"):
        self.boxes[box] += (message,)

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        oldest, self.boxes[box] = self.boxes[box][0], self.boxes[box][1:]
        return oldest
