# Fault: an answer that is too early is thrown away.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        asked = set()
        while True:
            message = await self.receive()
            if isinstance(message, str):
                asked.add(message)
                self.send(message)
            elif message[0] in asked:
                self.send(message[1])


def cured():
    return wired(Ann(), NewBob(), NewCleo())
