# Fault: the writer asks at most three times whether the file is there, then writes anyway.
class SafeStore(Store):
    async def main(self):
        while True:
            what, name, line = await self.receive()
            if what == "exists":
                self.send(name in self.files)
            elif what == "create":
                self.files[name] = [line]
            elif name in self.files:
                self.files[name].append(line)
            else:
                self.refused.append(line)


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    async def main(self):
        for _ in range(3):
            self.send(("exists", "diary", None))
            if await self.receive():
                break
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
