# Fault: a tells the door that b went through; b does nothing.
class CleverRobot(Robot):
    async def main(self):
        if self.who == "a":
            for who in ("a", "b"):
                self.send((who, "in"), "door")
                await self.tick()
                self.send((who, "out"), "door")


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
