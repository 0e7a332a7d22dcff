# Way: there is one key, which hangs with a third component and must be brought back.
class Hook(Component):
    Inboxes = ("a", "b")
    Outboxes = ("to a", "to b")

    async def main(self):
        while True:
            box = await self.ready("a", "b")
            self.recv(box)
            self.send("key", f"to {box}")
            await self.receive(box)


class CleverRobot(Robot):
    async def main(self):
        self.send("may I?", "other")
        key = await self.receive()
        self.send((self.who, "in"), "door")
        await self.tick()
        self.send((self.who, "out"), "door")
        self.send(key, "other")


def cured():
    door = Door()
    wires = {
        ("a", "other"): ("hook", "a"),
        ("b", "other"): ("hook", "b"),
        ("hook", "to a"): ("a", "inbox"),
        ("hook", "to b"): ("b", "inbox"),
        ("a", "door"): ("door", "inbox"),
        ("b", "door"): ("door", "inbox"),
    }
    Graphline(a=CleverRobot("a"), b=CleverRobot("b"), hook=Hook(), door=door, linkages=wires).activate()
    return door
