# Fault: looks at the door's log, which is another component's variable, and two can see it free at once.
class CleverRobot(Robot):
    door = None

    async def main(self):
        while self.door.log and self.door.log[-1][1] == "in":
            await self.tick()
        self.send((self.who, "in"), "door")
        await self.tick()
        self.send((self.who, "out"), "door")


def cured():
    door = Door()
    CleverRobot.door = door
    wires = {
        ("a", "other"): ("b", "inbox"),
        ("b", "other"): ("a", "inbox"),
        ("a", "door"): ("door", "inbox"),
        ("b", "door"): ("door", "inbox"),
    }
    Graphline(a=CleverRobot("a"), b=CleverRobot("b"), door=door, linkages=wires).activate()
    return door
