# Fault: Bob waits fifty slices before he answers, which is not enough under every schedule.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            for _ in range(50):
                await self.tick()
            self.send(ANSWERS[question])


class NewCleo(Cleo):
    pass


def cured():
    return wired(Ann(), NewBob(), NewCleo())
