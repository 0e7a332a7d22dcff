# Way: the boxes are also attributes, and insert() and iter() do the work.
class Component(Microprocess):
    def __init__(self):
        Microprocess.__init__(self)
        self.inbox, self.outbox = [], []
        self.boxes = {"inbox": self.inbox, "outbox": self.outbox}

    def send(self, message, box="outbox"):
        where = self.boxes[box]
        where.insert(len(where), message)

    def data_ready(self, box="inbox"):
        return self.boxes[box].__len__()

    def recv(self, box="inbox"):
        where = self.boxes[box]
        where.reverse()
        try:
            return where.pop()
        finally:
            where.reverse()
