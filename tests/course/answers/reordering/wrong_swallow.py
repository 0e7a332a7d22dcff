# Fault: throws away what is too early: the error is swallowed, and the letter is gone.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        expected = 0
        while True:
            try:
                number, letter = await self.receive()
                assert number == expected
                self.send(letter)
                expected += 1
            except AssertionError:
                pass


def cured():
    return wired(NewSender(), NewReceiver())
