# Way: one queue for all: what has come is put at its end before each choice.
from collections import deque


class FairServer(Server):
    async def main(self):
        queue = deque()
        while True:
            if not queue:
                await self.ready("urgent", "normal")
            for box in ("urgent", "normal"):
                queue.extend(self.messages(box))
            await self.serve_client(queue.popleft())

    async def serve_client(self, who):
        self.served.append(who)
        self.send("done", "to " + who)
        for _ in range(2):
            await self.tick()


def cured():
    server = FairServer()
    connect(server)
    return server
