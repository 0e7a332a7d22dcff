# Fault: cured() returns the files instead of the store.
class SafeStore(Store):
    async def main(self):
        early = []
        while True:
            what, name, line = await self.receive()
            if what == "create":
                self.files[name] = [line, *early]
            elif name in self.files:
                self.files[name].append(line)
            else:
                early.append(line)


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    pass


def cured():
    store = SafeStore()
    wires = {("owner", "outbox"): ("store", "inbox"), ("writer", "outbox"): ("store", "inbox")}
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store.files
