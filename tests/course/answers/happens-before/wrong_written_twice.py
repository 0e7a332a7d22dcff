# Fault: when an answer is early Cleo writes the question herself, and once more when it comes.
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
            if isinstance(message, tuple):
                if message[0] not in asked:
                    self.send(message[0])
                self.send(message[1])
            else:
                asked.add(message)
                self.send(message)


def cured():
    return wired(Ann(), NewBob(), NewCleo())
