# Way: slices of lists instead of append and pop.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        self.boxes = {"inbox": [], "outbox": []}

    def send(self, message, box="outbox"):
        waiting = self.boxes[box]
        waiting[len(waiting):] = [message]

    def data_ready(self, box="inbox"):
        return len(self.boxes[box])

    def recv(self, box="inbox"):
        waiting = self.boxes[box]
        message = waiting[0]
        waiting[:] = waiting[1:]
        return message
