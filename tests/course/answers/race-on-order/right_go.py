# Way: the owner tells the writer when it has created the diary.
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    Outboxes = ("outbox", "tell")

    def main(self):
        self.send(("create", "diary", "A diary"))
        self.send("go", "tell")
        yield


class SafeWriter(Writer):
    def main(self):
        while not self.data_ready():
            self.pause()
            yield
        self.recv()
        yield from super().main()


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("owner", "tell"): ("writer", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
