# Fault: nothing was changed.
class NewBob(Bob):
    """Change what he sends."""

    async def main(self):
        while True:
            self.send(ANSWERS[await self.receive()])


class NewCleo(Cleo):
    """Change what she does with what arrives."""

    async def main(self):
        while True:
            self.send(await self.receive())


def cured():
    return wired(Ann(), NewBob(), NewCleo())
