# Fault: the store makes the title itself instead of taking it from the owner.
class SafeStore(Store):
    async def main(self):
        self.files["diary"] = ["A diary"]
        while True:
            what, name, line = await self.receive()
            if what == "write":
                self.files[name].append(line)


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
