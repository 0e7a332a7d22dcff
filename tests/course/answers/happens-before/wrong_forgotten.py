# Fault: early answers are only looked at when the next message comes, and after the last none comes.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        asked, early = set(), []
        while True:
            message = await self.receive()
            for pair in list(early):
                if pair[0] in asked:
                    early.remove(pair)
                    self.send(pair[1])
            if isinstance(message, tuple):
                if message[0] in asked:
                    self.send(message[1])
                else:
                    early.append(message)
            else:
                asked.add(message)
                self.send(message)


def cured():
    return wired(Ann(), NewBob(), NewCleo())
