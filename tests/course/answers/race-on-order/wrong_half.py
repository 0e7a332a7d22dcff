# Fault: the first line waits for the diary, the second does not wait for the first.
class SafeStore(Store):
    async def main(self):
        first = None
        while True:
            what, name, line = await self.receive()
            if what == "create":
                self.files[name] = [line]
                if first:
                    self.files[name].append(first)
            elif name in self.files:
                self.files[name].append(line)
            elif first is None:
                first = line
            else:
                self.refused.append(line)


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
