# Fault: Cleo remembers one early answer only; a second one pushes it out.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        asked, early = set(), None
        while True:
            message = await self.receive()
            if isinstance(message, tuple):
                if message[0] in asked:
                    self.send(message[1])
                else:
                    early = message
            else:
                self.send(message)
                asked.add(message)
                if early and early[0] == message:
                    self.send(early[1])
                    early = None


def cured():
    return wired(Ann(), NewBob(), NewCleo())
