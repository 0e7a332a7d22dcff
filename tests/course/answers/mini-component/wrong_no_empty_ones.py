# Fault: messages such as 0, None and "" are left out.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        if message:
            self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        return self.boxes[box].pop(0)
