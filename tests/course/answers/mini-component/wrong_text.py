# Fault: every message is made a text.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        self.boxes[box].append(str(message))

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        return self.boxes[box].pop(0)
