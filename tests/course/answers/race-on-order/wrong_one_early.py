# Fault: the store keeps one early line only, so the first of two is lost.
class SafeStore(Store):
    async def main(self):
        early = None
        while True:
            what, name, line = await self.receive()
            if what == "create":
                self.files[name] = [line]
                if early:
                    self.files[name].append(early)
            elif name in self.files:
                self.files[name].append(line)
            else:
                early = line


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
