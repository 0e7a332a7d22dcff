# Way: a new list each time instead of a change of the old one.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        self.boxes[box] = [*self.boxes[box], message]

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        if self.data_ready(box) == 0:
            raise IndexError(f"nothing in {box}")
        first, *self.boxes[box] = self.boxes[box]
        return first
