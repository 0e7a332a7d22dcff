# Fault: files shows the right diary whatever was written.
class SafeStore(Store):
    @property
    def files(self):
        return {"diary": ["A diary", "Monday", "Tuesday"]}

    @files.setter
    def files(self, value):
        pass

    async def main(self):
        while True:
            await self.receive()


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
