# Fault: nothing was changed.
class CleverRobot(Robot):
    """Change what it says, or when it may go."""


def cured():
    door = Door()
    wires = {
        ("a", "other"): ("b", "inbox"),
        ("b", "other"): ("a", "inbox"),
        ("a", "door"): ("door", "inbox"),
        ("b", "door"): ("door", "inbox"),
    }
    Graphline(a=CleverRobot("a"), b=CleverRobot("b"), door=door, linkages=wires).activate()
    return door
