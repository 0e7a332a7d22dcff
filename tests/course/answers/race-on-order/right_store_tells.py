# Way: the store tells the writer that there is a new file.
class SafeStore(Store):
    async def main(self):
        while True:
            what, name, line = await self.receive()
            if what == "create":
                self.files[name] = [line]
                self.send(name)
            else:
                self.files[name].append(line)


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    async def main(self):
        name = await self.receive()
        for day in ("Monday", "Tuesday"):
            self.send(("write", name, day))
            await self.tick()


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("store", "outbox"): ("writer", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
