# Fault: urgent jobs are not done any more once c has asked.
class FairServer(Server):
    async def main(self):
        while True:
            await self.serve(await self.ready("normal"))


def cured():
    server = FairServer()
    connect(server)
    return server
