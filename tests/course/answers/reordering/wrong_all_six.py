# Fault: delivers nothing until all letters have come.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        got = [await self.receive() for _ in WORD]
        for _, letter in sorted(got):
            self.send(letter)


def cured():
    return wired(NewSender(), NewReceiver())
