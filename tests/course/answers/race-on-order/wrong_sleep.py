# Fault: the writer sleeps a second and hopes that the diary is there by then.
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    async def main(self):
        await self.sleep(1)
        for line in ("Monday", "Tuesday"):
            self.send(("write", "diary", line))
            await self.tick()


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
