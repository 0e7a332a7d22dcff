# Fault: the door writes the expected log itself.
class CleverDoor(Door):
    async def main(self):
        self.log = [("a", "in"), ("a", "out"), ("b", "in"), ("b", "out")]
        while True:
            await self.receive()


class CleverRobot(Robot):
    pass


def cured():
    door = CleverDoor()
    wires = {
        ("a", "other"): ("b", "inbox"),
        ("b", "other"): ("a", "inbox"),
        ("a", "door"): ("door", "inbox"),
        ("b", "door"): ("door", "inbox"),
    }
    Graphline(a=CleverRobot("a"), b=CleverRobot("b"), door=door, linkages=wires).activate()
    return door
