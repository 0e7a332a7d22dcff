# Way: a token goes round; who has it goes through the door and passes it on.
class CleverRobot(Robot):
    async def main(self):
        token = await self.receive()
        self.send((self.who, "in"), "door")
        await self.tick()
        self.send((self.who, "out"), "door")
        self.send(token, "other")


class Starter(Component):
    def main(self):
        self.send("token")
        yield


def cured():
    door = Door()
    wires = {
        ("starter", "outbox"): ("b", "inbox"),
        ("b", "other"): ("a", "inbox"),
        ("a", "door"): ("door", "inbox"),
        ("b", "door"): ("door", "inbox"),
    }
    Graphline(a=CleverRobot("a"), b=CleverRobot("b"), starter=Starter(), door=door, linkages=wires).activate()
    return door
