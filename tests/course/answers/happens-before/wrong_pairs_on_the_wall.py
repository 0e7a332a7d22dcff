# Fault: the wall gets pairs of question and answer instead of plain texts.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        asked, early = set(), {}
        while True:
            message = await self.receive()
            if isinstance(message, tuple):
                if message[0] in asked:
                    self.send(message)
                else:
                    early[message[0]] = message
            else:
                self.send(message)
                asked.add(message)
                if message in early:
                    self.send(early.pop(message))


def cured():
    return wired(Ann(), NewBob(), NewCleo())
