# Fault: swallows the KeyError of a line that comes too early, and with it the line.
class SafeStore(Store):
    async def main(self):
        while True:
            what, name, line = await self.receive()
            try:
                if what == "create":
                    self.files[name] = [line]
                else:
                    self.files[name].append(line)
            except KeyError:
                pass


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
