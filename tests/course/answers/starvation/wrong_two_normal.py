# Fault: two normal jobs for each urgent one.
class FairServer(Server):
    async def main(self):
        normal = 0
        while True:
            boxes = ("normal", "urgent") if normal < 2 else ("urgent", "normal")
            box = await self.ready(*boxes)
            normal = normal + 1 if box == "normal" else 0
            await self.serve(box)


def cured():
    server = FairServer()
    connect(server)
    return server
