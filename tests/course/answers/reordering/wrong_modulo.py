# Fault: numbers modulo 4 with one place each: a later letter can overwrite an earlier one.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number % 4, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        early, expected = {}, 0
        while True:
            number, letter = await self.receive()
            early[number] = letter
            while expected in early:
                self.send(early.pop(expected))
                expected = (expected + 1) % 4


def cured():
    return wired(NewSender(), NewReceiver())
