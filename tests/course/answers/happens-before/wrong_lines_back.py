# Fault: cured() returns the lines instead of the wall.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        shown = set()
        while True:
            message = await self.receive()
            for text in message if isinstance(message, tuple) else (message,):
                if text not in shown:
                    shown.add(text)
                    self.send(text)


def cured():
    return wired(Ann(), NewBob(), NewCleo()).lines
