# It says: that link is not part of the system
class NewBob(Bob):
    pass


def cured():
    wall = Wall()
    wires = {
        ("ann", "by post"): ("post", "inbox"),
        ("ann", "to bob"): ("bob", "inbox"),
        ("bob", "outbox"): ("post", "inbox"),  # everything goes by post
        ("post", "outbox"): ("cleo", "inbox"),
        ("cleo", "outbox"): ("wall", "inbox"),
    }
    Graphline(ann=Ann(), bob=NewBob(), post=Post(), cleo=Cleo(), wall=wall, linkages=wires).activate()
    return wall
