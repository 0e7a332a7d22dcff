class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        shown = set()
        early = {}
        while True:
            message = await self.receive()
            if isinstance(message, tuple):  # an answer comes with its question
                question, answer = message
                if question in shown:
                    self.send(answer)
                else:
                    early[question] = answer
            else:
                self.send(message)
                shown.add(message)
                if message in early:
                    self.send(early.pop(message))


def cured():
    return wired(Ann(), NewBob(), NewCleo())
