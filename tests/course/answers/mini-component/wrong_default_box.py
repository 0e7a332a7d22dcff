# Fault: recv() without a name takes from the outbox.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="outbox"):
        return self.boxes[box].pop(0)
