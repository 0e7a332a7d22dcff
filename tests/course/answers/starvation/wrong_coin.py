# Fault: tosses a coin for each job; no number bounds how often it falls on the same side.
import random


class FairServer(Server):
    async def main(self):
        while True:
            boxes = ["urgent", "normal"]
            random.shuffle(boxes)
            await self.serve(await self.ready(*boxes))


def cured():
    server = FairServer()
    connect(server)
    return server
