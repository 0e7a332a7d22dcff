# It says: Only a has got through the door, and no other robot is left
class CleverRobot(Robot):
    async def main(self):
        if self.who == "a":
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
