# It says: b waited
class FairServer(Server):
    async def main(self):
        while True:  # now the others starve
            await self.serve(await self.ready("normal", "urgent"))


def cured():
    server = FairServer()
    connect(server)
    return server
