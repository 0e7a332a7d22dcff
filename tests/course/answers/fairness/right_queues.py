# Way: a queue for each client, and the clients in a ring; an empty queue is skipped.
from collections import deque


class FairServer(Server):
    def __init__(self):
        super().__init__()
        self.queues, self.ring = {}, deque()

    def choose(self):
        for who, number in self.waiting:
            if who not in self.queues:
                self.queues[who] = deque()
                self.ring.append(who)
            self.queues[who].append((who, number))
        self.waiting.clear()
        while not self.queues[self.ring[0]]:
            self.ring.rotate(-1)
        who = self.ring[0]
        self.ring.rotate(-1)
        request = self.queues[who].popleft()
        self.waiting.extend(rest for queue in self.queues.values() for rest in queue)
        for queue in self.queues.values():
            queue.clear()
        return request


def cured():
    return system(FairServer())
