# Fault: the owner says go before it has created the diary.
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    Outboxes = ("outbox", "tell")

    def main(self):
        self.send("go", "tell")
        yield
        self.send(("create", "diary", "A diary"))
        yield


class SafeWriter(Writer):
    async def main(self):
        await self.receive()
        for line in ("Monday", "Tuesday"):
            self.send(("write", "diary", line))
            await self.tick()


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("owner", "tell"): ("writer", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
