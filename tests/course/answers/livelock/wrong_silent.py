# It says: this is a deadlock
class CleverRobot(Robot):
    async def main(self):
        if not self.data_ready():
            await self.tick()
            self.send("I am here", "other")
        while not self.may_go(await self.receive()):
            pass  # does not answer any more
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
    return door
