# It says: has 0 jobs of it
class FairServer(Server):
    async def main(self):
        while True:
            box = await self.ready("urgent", "normal")
            while self.data_ready("normal"):  # it is answered, but its job is not done
                self.send("later", f"to {self.recv('normal')}")
            if box == "urgent":
                await self.serve(box)
            else:
                await self.tick()


def cured():
    server = FairServer()
    connect(server)
    return server
