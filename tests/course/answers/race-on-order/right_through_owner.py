# Way: the writer gives its lines to the owner, who passes them on after the title.
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    async def main(self):
        self.send(("create", "diary", "A diary"))
        while True:
            self.send(await self.receive())


class SafeWriter(Writer):
    pass


def cured():
    store = SafeStore()
    wires = {
        ("writer", "outbox"): ("owner", "inbox"),
        ("owner", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
