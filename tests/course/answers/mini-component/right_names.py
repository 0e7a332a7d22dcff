# Way: the names of the boxes are in a tuple, and the boxes are made from it.
class Component(Microprocess):
    names = ("inbox", "outbox")

    def __init__(self):
        super().__init__()
        self.boxes = {name: list() for name in self.names}

    def send(self, message, box="outbox"):
        self.boxes[box] += [message]

    def data_ready(self, box="inbox"):
        return sum(1 for _ in self.boxes[box])

    def recv(self, box="inbox"):
        oldest = self.boxes[box][0]
        del self.boxes[box][0]
        return oldest
