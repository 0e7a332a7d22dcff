# Fault: the writer looks into the store's variable instead of waiting for a message.
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    store = None

    def main(self):
        while "diary" not in self.store.files:
            yield
        yield from super().main()


def cured():
    store = SafeStore()
    writer = SafeWriter()
    writer.store = store
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=writer, store=store, linkages=wires).activate()
    return store
