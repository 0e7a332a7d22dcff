# Fault: writes c into the list now and then without doing its job.
class FairServer(Server):
    async def main(self):
        while True:
            await self.serve(await self.ready("urgent", "normal"))
            if len(self.served) % 3 == 2:
                self.served.append("c")


def cured():
    server = FairServer()
    connect(server)
    return server
