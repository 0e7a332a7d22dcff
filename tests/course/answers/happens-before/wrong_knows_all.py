# Fault: Cleo writes questions and answers from the table, whatever arrives.
class NewBob(Bob):
    pass


class NewCleo(Cleo):
    async def main(self):
        for question, answer in ANSWERS.items():
            await self.receive()
            self.send(question)
            await self.receive()
            self.send(answer)


def cured():
    return wired(Ann(), NewBob(), NewCleo())
