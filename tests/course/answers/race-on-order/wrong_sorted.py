# Fault: sorts the lines by the alphabet, which is right for these three lines only.
class SafeStore(Store):
    async def main(self):
        while True:
            what, name, line = await self.receive()
            self.files[name] = sorted([*self.files.get(name, []), line])


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    pass


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
