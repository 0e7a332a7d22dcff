# Fault: recv() of an empty box waits in a loop, in which nothing can come.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        while not self.boxes[box]:
            pass
        return self.boxes[box].pop(0)
