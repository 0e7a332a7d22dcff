# Fault: b gets no job any more, so there is less competition.
class FairServer(Server):
    async def main(self):
        while True:
            await self.serve(await self.ready("urgent", "normal"))


def cured():
    server = FairServer()
    wires = {}
    for who, box in (("a", "urgent"), ("c", "normal")):
        wires[who, "outbox"] = ("server", box)
        wires["server", f"to {who}"] = (who, "inbox")
    Graphline(a=Client("a"), c=Client("c"), server=server, linkages=wires).activate()
    return server
