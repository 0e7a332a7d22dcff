# Fault: cured() returns the list of jobs instead of the server.
class FairServer(Server):
    async def main(self):
        boxes = ("urgent", "normal")
        while True:
            box = await self.ready(*boxes)
            boxes = ("normal", "urgent") if box == "urgent" else ("urgent", "normal")
            await self.serve(box)


def cured():
    server = FairServer()
    connect(server)
    return server.served
