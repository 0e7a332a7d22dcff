# Fault: who is told "after you" tosses a coin, and both may go at the same time.
import random


class CleverRobot(Robot):
    def may_go(self, said):
        return super().may_go(said) or (said == "after you" and random.random() < 0.5)


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
