# Fault: does a normal job when a second has gone by, but the virtual clock stands still while anyone can run.
import time


class FairServer(Server):
    async def main(self):
        last = time.time()
        while True:
            await self.ready("urgent", "normal")
            if self.data_ready("normal") and (time.time() - last > 1 or not self.data_ready("urgent")):
                last = time.time()
                await self.serve("normal")
            else:
                await self.serve("urgent")


def cured():
    server = FairServer()
    connect(server)
    return server
