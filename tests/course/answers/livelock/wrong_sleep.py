# Fault: b sleeps for a second instead of waiting for a message.
class CleverRobot(Robot):
    async def main(self):
        if self.who == "b":
            await self.sleep(1)
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
