# It says: waits for a fixed time
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            await self.sleep(1)  # by then the post will have been there
            self.send(ANSWERS[question])


class NewCleo(Cleo):
    pass


def cured():
    return wired(Ann(), NewBob(), NewCleo())
