# It says: Cleo took: 'At noon.', 'At home.'
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            await self.tick()  # let the others go first
            await self.tick()
            await self.tick()
            self.send(ANSWERS[question])


class NewCleo(Cleo):
    pass


def cured():
    return wired(Ann(), NewBob(), NewCleo())
