# Way: counts urgent jobs; after three of them in a row one normal job is done if there is one.
class FairServer(Server):
    async def main(self):
        urgent = 0
        while True:
            await self.ready("urgent", "normal")
            if self.data_ready("normal") and (urgent >= 3 or not self.data_ready("urgent")):
                urgent = 0
                await self.serve("normal")
            else:
                urgent += 1
                await self.serve("urgent")


def cured():
    server = FairServer()
    connect(server)
    return server
