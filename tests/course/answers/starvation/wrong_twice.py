# Fault: does each job of c twice.
class FairServer(Server):
    async def main(self):
        boxes = ("urgent", "normal")
        while True:
            box = await self.ready(*boxes)
            boxes = ("normal", "urgent") if box == "urgent" else ("urgent", "normal")
            await self.serve(box)
            if box == "normal":
                self.served.append("c")
                self.send("done", "to c")


def cured():
    server = FairServer()
    connect(server)
    return server
