# Way: takes by del, and counts by the index of the last one.
class Component(Microprocess):
    def __init__(self):
        Microprocess.__init__(self)
        self.boxes = dict(inbox=[], outbox=[])

    def send(self, message, box="outbox"):
        waiting = self.boxes[box]
        waiting.insert(len(waiting), message)

    def data_ready(self, box="inbox"):
        return self.boxes[box].__len__()

    def recv(self, box="inbox"):
        waiting = self.boxes[box]
        message = waiting[0]
        del waiting[0]
        return message
