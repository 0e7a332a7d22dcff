# Fault: the post is left out: Ann's questions go to Cleo directly.
class NewBob(Bob):
    pass


class NewCleo(Cleo):
    pass


def cured():
    parts = {"ann": Ann(), "bob": NewBob(), "cleo": NewCleo(), "wall": Wall()}
    for name, part in parts.items():
        part.name = name
    wires = {
        ("ann", "by post"): ("cleo", "inbox"),
        ("ann", "to bob"): ("bob", "inbox"),
        ("bob", "outbox"): ("cleo", "inbox"),
        ("cleo", "outbox"): ("wall", "inbox"),
    }
    Graphline(**parts, linkages=wires).activate()
    return parts["wall"]
