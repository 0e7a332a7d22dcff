# Fault: cured() returns the log instead of the door.
class CleverRobot(Robot):
    async def main(self):
        if self.who == "b":
            await self.receive()
        self.send((self.who, "in"), "door")
        await self.tick()
        self.send((self.who, "out"), "door")
        self.send("I am through", "other")


def cured():
    door = Door()
    wires = {
        ("a", "other"): ("b", "inbox"),
        ("b", "other"): ("a", "inbox"),
        ("a", "door"): ("door", "inbox"),
        ("b", "door"): ("door", "inbox"),
    }
    Graphline(a=CleverRobot("a"), b=CleverRobot("b"), door=door, linkages=wires).activate()
    return door.log
