# Fault: an early answer goes out after the next question, whichever it is.
class NewBob(Bob):
    async def main(self):
        while True:
            self.send(["answer", ANSWERS[await self.receive()]])


class NewCleo(Cleo):
    async def main(self):
        early, questions = [], 0
        while True:
            message = await self.receive()
            if isinstance(message, list):
                if questions:
                    self.send(message[1])
                else:
                    early.append(message[1])
            else:
                questions += 1
                self.send(message)
                while early:
                    self.send(early.pop(0))


def cured():
    return wired(Ann(), NewBob(), NewCleo())
