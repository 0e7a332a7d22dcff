# Fault: data_ready() says whether there is a message, not how many.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        return bool(self.boxes[box])

    def recv(self, box="inbox"):
        return self.boxes[box].pop(0)
