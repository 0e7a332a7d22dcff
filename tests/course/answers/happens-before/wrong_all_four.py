# Fault: Cleo waits for four messages before she writes anything.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        got = [await self.receive() for _ in range(4)]
        answers = dict(message for message in got if isinstance(message, tuple))
        for message in got:
            if isinstance(message, str):
                self.send(message)
                self.send(answers[message])


def cured():
    return wired(Ann(), NewBob(), NewCleo())
