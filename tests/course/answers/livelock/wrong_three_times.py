# It says: while a was in it
class CleverRobot(Robot):
    times = 0

    def may_go(self, said):
        self.times += 1
        return self.times > 3 or super().may_go(said)  # loses its patience, as the other one does


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
