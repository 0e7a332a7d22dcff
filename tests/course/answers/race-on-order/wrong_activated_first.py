# Fault: activates the owner before the writer and takes that for an order.
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    def main(self):
        yield
        yield from super().main()


def cured():
    store = SafeStore()
    Graphline(owner=SafeOwner(), store=store, linkages={("owner", "outbox"): ("store", "inbox")}).activate()
    writer = SafeWriter().activate()
    store.link((writer, "outbox"), (store, "inbox"))
    return store
