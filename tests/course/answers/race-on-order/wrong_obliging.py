# It says: refused nothing, but 'Monday' cannot be found
class SafeStore(Store):
    async def main(self):
        while True:
            what, name, line = await self.receive()
            if what == "create":
                self.files[name] = [line]
            else:
                self.files.setdefault(name, []).append(line)  # makes the file itself; "create" wipes it out


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
