# Fault: answers are held until both questions are on the wall.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        asked, answers = 0, []
        while True:
            message = await self.receive()
            if isinstance(message, str):
                asked += 1
                self.send(message)
            else:
                answers.append(message[1])
            if asked == len(ANSWERS):
                while answers:
                    self.send(answers.pop(0))


def cured():
    return wired(Ann(), NewBob(), NewCleo())
