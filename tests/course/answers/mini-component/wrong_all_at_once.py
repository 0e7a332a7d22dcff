# Fault: recv() returns all messages as a list.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        if not self.boxes[box]:
            raise IndexError(box)
        everything, self.boxes[box] = self.boxes[box], []
        return everything
