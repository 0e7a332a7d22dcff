# Fault: a message that is equal to one that waits is left out.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        if message not in self.boxes[box]:
            self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        return self.boxes[box].pop(0)
