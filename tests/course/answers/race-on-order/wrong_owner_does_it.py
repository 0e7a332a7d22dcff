# Fault: the owner writes all three lines, and the writer nothing.
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    def main(self):
        self.send(("create", "diary", "A diary"))
        self.send(("write", "diary", "Monday"))
        self.send(("write", "diary", "Tuesday"))
        yield


class SafeWriter(Writer):
    def main(self):
        yield


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
