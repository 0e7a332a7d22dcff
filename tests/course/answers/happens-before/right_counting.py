# Way: post and Bob keep the order, so the nth answer belongs to the nth question: Cleo only counts.
from collections import deque


class NewBob(Bob):
    async def main(self):
        while True:
            self.send(("bob says", ANSWERS[await self.receive()]))


class NewCleo(Cleo):
    async def main(self):
        answers, open_questions = deque(), 0
        while True:
            message = await self.receive()
            if message[0] == "bob says":
                answers.append(message[1])
            else:
                self.send(message)
                open_questions += 1
            while answers and open_questions:
                open_questions -= 1
                self.send(answers.popleft())


def cured():
    return wired(Ann(), NewBob(), NewCleo())
