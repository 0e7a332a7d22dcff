# Way: Bob sends the question along with his answer; Cleo keeps early answers in a dictionary.
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
                question, answer = message
                if question in asked:
                    self.send(answer)
                else:
                    early[question] = answer
            else:
                self.send(message)
                asked.add(message)
                if message in early:
                    self.send(early.pop(message))


def cured():
    return wired(Ann(), NewBob(), NewCleo())
