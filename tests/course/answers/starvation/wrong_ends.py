# Fault: does nine jobs and ends, so nobody is overtaken ten times.
class FairServer(Server):
    async def main(self):
        for _ in range(9):
            await self.serve(await self.ready("urgent", "normal"))


def cured():
    server = FairServer()
    connect(server)
    return server
