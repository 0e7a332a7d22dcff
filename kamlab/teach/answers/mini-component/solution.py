class Component(Microprocess):
    """A microprocess with boxes of messages."""

    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        """Put a message into a box, behind those that wait there."""
        self.boxes[box].append(message)

    def data_ready(self, box="inbox"):
        """Return how many messages wait in a box."""
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        """Take the oldest message out of a box and return it; IndexError if there is none."""
        return self.boxes[box].pop(0)
