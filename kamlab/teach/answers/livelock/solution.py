class CleverRobot(Robot):
    def may_go(self, said):
        if said == "after you" and self.gave_way:
            return self.who == "a"  # both gave way: the names decide
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
