# Fault: says "I am through" before it is out.
class CleverRobot(Robot):
    async def main(self):
        if self.who == "b":
            await self.receive()
        self.send((self.who, "in"), "door")
        self.send("I am through", "other")
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
