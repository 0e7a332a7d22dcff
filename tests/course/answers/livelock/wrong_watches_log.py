# Fault: b reads the log of the door, which is not its own, until a is out.
class CleverRobot(Robot):
    door = None

    async def main(self):
        if self.who == "b":
            while ("a", "out") not in self.door.log:
                await self.tick()
        self.send((self.who, "in"), "door")
        await self.tick()
        self.send((self.who, "out"), "door")


def cured():
    door = Door()
    a, b = CleverRobot("a"), CleverRobot("b")
    b.door = door
    wires = {
        ("a", "other"): ("b", "inbox"),
        ("b", "other"): ("a", "inbox"),
        ("a", "door"): ("door", "inbox"),
        ("b", "door"): ("door", "inbox"),
    }
    Graphline(a=a, b=b, door=door, linkages=wires).activate()
    return door
