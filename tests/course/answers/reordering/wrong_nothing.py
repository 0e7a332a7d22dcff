# Fault: nothing was changed.
class NewSender(Sender):
    """Change what it sends."""

    async def main(self):
        for number, letter in enumerate(WORD):
            self.send(letter, "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    """Change what it does with what arrives."""

    async def main(self):
        while True:
            self.send(await self.receive())


def cured():
    return wired(NewSender(), NewReceiver())
