# Fault: each waits a random time before it speaks; if both speak at once, it is as before.
import random


class CleverRobot(Robot):
    async def main(self):
        for _ in range(random.randrange(60)):
            await self.tick()
        await super().main()


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
