# Fault: waits for a normal job after each urgent one, even if there is none and urgent ones wait.
class FairServer(Server):
    async def main(self):
        while True:
            for box in ("urgent", "normal"):
                while not self.data_ready(box):
                    await self.ready(box)
                await self.serve(box)


def cured():
    server = FairServer()
    connect(server)
    return server
