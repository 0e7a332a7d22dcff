# Fault: Cleo wants question and answer in turn, and holds back a second question for no reason.
from collections import deque


class NewBob(Bob):
    async def main(self):
        while True:
            self.send(("answer", ANSWERS[await self.receive()]))


class NewCleo(Cleo):
    async def main(self):
        questions, answers = deque(), deque()
        turn = questions
        while True:
            message = await self.receive()
            if isinstance(message, tuple):
                answers.append(message[1])
            else:
                questions.append(message)
            while turn:
                self.send(turn.popleft())
                turn = answers if turn is questions else questions


def cured():
    return wired(Ann(), NewBob(), NewCleo())
