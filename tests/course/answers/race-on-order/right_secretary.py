# Way: a secretary collects the title and the lines, and gives them to the store in order.
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    pass


class Secretary(Component):
    Inboxes = ("title", "lines")

    async def main(self):
        self.send(await self.receive("title"))
        while True:
            self.send(await self.receive("lines"))


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("secretary", "title"),
        ("writer", "outbox"): ("secretary", "lines"),
        ("secretary", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), secretary=Secretary(), store=store, linkages=wires).activate()
    return store
