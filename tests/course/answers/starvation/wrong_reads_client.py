# Fault: looks into the client c to see whether it sleeps, instead of at its own inbox.
class FairServer(Server):
    c = None

    async def main(self):
        while True:
            await self.ready("urgent", "normal")
            if self.c.asleep and self.data_ready("normal") and (not self.served or self.served[-1] != "c"):
                await self.serve("normal")
            else:
                await self.serve("urgent" if self.data_ready("urgent") else "normal")


def cured():
    server = FairServer()
    clients = {who: Client(who) for who in "abc"}
    server.c = clients["c"]
    wires = {}
    for who, box in (("a", "urgent"), ("b", "urgent"), ("c", "normal")):
        wires[who, "outbox"] = ("server", box)
        wires["server", f"to {who}"] = (who, "inbox")
    Graphline(**clients, server=server, linkages=wires).activate()
    return server
