# Fault: lets eleven jobs overtake, one more than allowed.
class FairServer(Server):
    async def main(self):
        passed = 0
        while True:
            await self.ready("urgent", "normal")
            if self.data_ready("normal") and (passed > 10 or not self.data_ready("urgent")):
                passed = 0
                await self.serve("normal")
            else:
                if self.data_ready("normal"):
                    passed += 1
                await self.serve("urgent")


def cured():
    server = FairServer()
    connect(server)
    return server
