# It says: has ended
class FairServer(Server):
    pass


class Client(Client):
    async def main(self):
        for _ in range(5 if self.who != "c" else 100):  # the urgent ones shall ask less
            self.send(self.who)
            await self.receive()


def cured():
    server = FairServer()
    connect(server)
    return server
