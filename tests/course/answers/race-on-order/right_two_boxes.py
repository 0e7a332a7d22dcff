# Way: the store has an inbox for each; it reads the writer's only after the owner's.
class SafeStore(Store):
    Inboxes = ("owner", "writer")

    async def main(self):
        _, name, title = await self.receive("owner")
        self.files[name] = [title]
        while True:
            _, name, line = await self.receive("writer")
            self.files[name].append(line)


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    pass


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "owner"),
        ("writer", "outbox"): ("store", "writer"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
