# Fault: nothing was changed.
class SafeStore(Store):
    """Change what it does with its messages."""


class SafeOwner(Owner):
    """Change what it sends, and to whom."""


class SafeWriter(Writer):
    """Change when it sends."""


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
