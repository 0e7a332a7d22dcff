# Fault: asking how many wait takes one out.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        number = len(self.boxes[box])
        if number > 1:
            self.boxes[box].pop()
        return number

    def recv(self, box="inbox"):
        return self.boxes[box].pop(0)
