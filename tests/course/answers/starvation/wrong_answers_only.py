# Fault: tells c that its job is done without doing it, and it is not in the list.
class FairServer(Server):
    async def main(self):
        while True:
            box = await self.ready("urgent", "normal")
            for who in self.messages("normal"):
                self.send("done", f"to {who}")
            if self.data_ready("urgent"):
                await self.serve("urgent")
            else:
                await self.tick()


def cured():
    server = FairServer()
    connect(server)
    return server
