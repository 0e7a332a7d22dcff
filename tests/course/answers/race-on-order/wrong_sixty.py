# Fault: the writer waits sixty slices, which is not enough under every schedule.
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    def main(self):
        for _ in range(60):
            yield
        yield from super().main()


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
