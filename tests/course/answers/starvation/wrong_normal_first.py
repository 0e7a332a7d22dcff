# Fault: does normal jobs first whenever there is one; urgent ones come less often than they should.
class FairServer(Server):
    async def main(self):
        while True:
            box = await self.ready("normal", "urgent")
            await self.serve(box)
            for _ in range(6):
                await self.tick()


def cured():
    server = FairServer()
    connect(server)
    return server
