# Fault: b never goes through the door.
class CleverRobot(Robot):
    async def main(self):
        if self.who == "b":
            self.send("after you", "other")
            return
        self.send((self.who, "in"), "door")
        await self.tick()
        self.send((self.who, "out"), "door")


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
