# Way: a fixed cycle of two urgent and one normal; an empty inbox is skipped.
from itertools import cycle


class FairServer(Server):
    async def main(self):
        for box in cycle(["urgent", "urgent", "normal"]):
            await self.ready("urgent", "normal")
            if self.data_ready(box):
                await self.serve(box)


def cured():
    server = FairServer()
    connect(server)
    return server
