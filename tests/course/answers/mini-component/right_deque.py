# Way: each box is a deque.
from collections import deque


class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {name: deque() for name in ("inbox", "outbox")}

    def send(self, message, box="outbox"):
        self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        return self.boxes[box].popleft()
