# It says: although it has nothing to wait for
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        questions, answers = [], []
        while True:  # question, answer, question, answer
            message = await self.receive()
            (answers if isinstance(message, tuple) else questions).append(message)
            if questions and answers:
                self.send(questions.pop(0))
                self.send(answers.pop(0)[1])


def cured():
    return wired(Ann(), NewBob(), NewCleo())
