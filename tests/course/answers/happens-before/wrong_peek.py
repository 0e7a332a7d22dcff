# Fault: Bob reads the lines on the wall, which is not his, until the question is there.
class NewBob(Bob):
    wall = None

    async def main(self):
        while True:
            question = await self.receive()
            while question not in self.wall.lines:
                await self.tick()
            self.send(ANSWERS[question])


class NewCleo(Cleo):
    pass


def cured():
    bob = NewBob()
    bob.wall = wired(Ann(), bob, NewCleo())
    return bob.wall
