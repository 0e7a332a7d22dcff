# Fault: the door lets a second robot in while one is inside.
class Keeper(Door):
    Outboxes = ("to a", "to b")

    async def main(self):
        inside, queue = 0, []
        while True:
            who, what = await self.receive()
            if what == "please":
                queue.append(who)
            else:
                self.log.append((who, what))
                inside -= what == "out"
            if inside <= 1 and queue:
                inside += 1
                self.send("go", f"to {queue.pop(0)}")


class CleverRobot(Robot):
    async def main(self):
        self.send((self.who, "please"), "door")
        await self.receive()
        self.send((self.who, "in"), "door")
        await self.tick()
        self.send((self.who, "out"), "door")


def cured():
    door = Keeper()
    wires = {
        ("door", "to a"): ("a", "inbox"),
        ("door", "to b"): ("b", "inbox"),
        ("a", "door"): ("door", "inbox"),
        ("b", "door"): ("door", "inbox"),
    }
    Graphline(a=CleverRobot("a"), b=CleverRobot("b"), door=door, linkages=wires).activate()
    return door
