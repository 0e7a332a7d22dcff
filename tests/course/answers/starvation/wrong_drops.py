# It says: took its message, and never answered it
class FairServer(Server):
    async def main(self):
        while True:
            await self.serve(await self.ready("urgent", "normal"))
            if self.data_ready("normal"):
                while self.data_ready("urgent"):  # makes room for the normal one
                    self.recv("urgent")


def cured():
    server = FairServer()
    connect(server)
    return server
