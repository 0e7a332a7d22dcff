# Way: b is the guest and asks a for leave; a goes first and answers afterwards. Written as generators.
class CleverRobot(Robot):
    def wait(self):
        while not self.data_ready():
            self.pause()
            yield
        self.recv()

    def walk(self):
        self.send((self.who, "in"), "door")
        yield
        self.send((self.who, "out"), "door")


class Host(CleverRobot):
    def main(self):
        yield from self.walk()
        yield from self.wait()
        self.send("please", "other")


class Guest(CleverRobot):
    def main(self):
        self.send("may I?", "other")
        yield from self.wait()
        yield from self.walk()


def cured():
    door = Door()
    wires = {
        ("a", "other"): ("b", "inbox"),
        ("b", "other"): ("a", "inbox"),
        ("a", "door"): ("door", "inbox"),
        ("b", "door"): ("door", "inbox"),
    }
    Graphline(a=Host("a"), b=Guest("b"), door=door, linkages=wires).activate()
    return door
