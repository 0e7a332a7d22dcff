# It says: more than once
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        while True:
            message = await self.receive()
            if isinstance(message, tuple):
                for line in message:  # the question once more, in front of its answer
                    self.send(line)
            else:
                self.send(message)


def cured():
    return wired(Ann(), NewBob(), NewCleo())
