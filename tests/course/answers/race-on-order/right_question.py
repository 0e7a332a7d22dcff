# Way: the writer asks whether the file is there; the store answers when it is.
class SafeStore(Store):
    async def main(self):
        asked = set()
        while True:
            what, name, line = await self.receive()
            if what == "exists":
                asked.add(name)
            elif what == "create":
                self.files[name] = [line]
            else:
                self.files[name].append(line)
            for name in sorted(asked & set(self.files)):
                asked.remove(name)
                self.send(("yes", name))


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    async def main(self):
        self.send(("exists", "diary", None))
        await self.receive()
        for line in ("Monday", "Tuesday"):
            self.send(("write", "diary", line))
            await self.tick()


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
        ("store", "outbox"): ("writer", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
