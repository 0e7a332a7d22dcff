# It says: the others are held back
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        pairs = [await self.receive() for _ in WORD]  # wait for the whole word
        for _, letter in sorted(pairs):
            self.send(letter)


def cured():
    return wired(NewSender(), NewReceiver())
