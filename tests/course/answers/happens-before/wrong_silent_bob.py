# Fault: Bob answers nothing, so no answer is ever too early.
class NewBob(Bob):
    async def main(self):
        while True:
            await self.receive()


class NewCleo(Cleo):
    pass


def cured():
    return wired(Ann(), NewBob(), NewCleo())
