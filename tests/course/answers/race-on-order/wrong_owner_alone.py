# It says: Only owner sent a message
class SafeStore(Store):
    pass


class SafeOwner(Owner):
    def main(self):  # does the writer's work as well
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
