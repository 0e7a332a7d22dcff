# It says: writer waits for a message that will never come
class SafeStore(Store):
    Outboxes = ("outbox", "created")

    async def main(self):
        while True:
            what, name, line = await self.receive()
            if what == "create":
                self.files[name] = [line]
                self.send(name, "created")  # its outbox leads nowhere: the link was forgotten
            else:
                self.files[name].append(line)


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    async def main(self):
        await self.receive()
        for line in ("Monday", "Tuesday"):
            self.send(("write", "diary", line))


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
