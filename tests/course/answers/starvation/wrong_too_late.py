# It says: its message was never taken
class FairServer(Server):
    async def main(self):
        while True:
            turn_of_normal = len(self.served) % 20 == 19  # each twentieth job: not often enough
            order = ("normal", "urgent") if turn_of_normal else ("urgent", "normal")
            await self.serve(await self.ready(*order))


def cured():
    server = FairServer()
    connect(server)
    return server
