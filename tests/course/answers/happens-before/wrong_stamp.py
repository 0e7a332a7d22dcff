# It says: that is not one of the questions and answers alone
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    pass  # the wall gets what Bob sends


def cured():
    return wired(Ann(), NewBob(), NewCleo())
