# It says: The wall never shows 'At noon.'
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        shown = set()
        while True:
            message = await self.receive()
            if not isinstance(message, tuple):
                self.send(message)
                shown.add(message)
            elif message[0] in shown:  # an answer without its question is of no use
                self.send(message[1])


def cured():
    return wired(Ann(), NewBob(), NewCleo())
