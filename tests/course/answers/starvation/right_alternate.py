# Way: after an urgent job it looks at normal first, and after a normal one at urgent first.
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
    return server
