# Fault: Bob sleeps a second before he answers; he does not know whether Cleo has the question.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            await self.sleep(1)
            self.send(ANSWERS[question])


class NewCleo(Cleo):
    pass


def cured():
    return wired(Ann(), NewBob(), NewCleo())
