# Fault: data_ready() counts the messages of both boxes.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        return len(self.boxes["inbox"]) + len(self.boxes["outbox"])

    def recv(self, box="inbox"):
        return self.boxes[box].pop(0)
