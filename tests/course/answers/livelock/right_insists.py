# Way: as before, but a insists also after it has given way, so the rule is not symmetric.
class CleverRobot(Robot):
    def may_go(self, said):
        if said == "after you" and self.who == "a":
            return True
        return super().may_go(said)


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
