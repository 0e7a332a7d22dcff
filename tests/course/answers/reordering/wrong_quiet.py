# Fault: waits until it has been quiet for a second, and then sorts.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        got = []
        while await self.ready("inbox", timeout=None if not got else 1):
            got.extend(self.messages())
        for _, letter in sorted(got):
            self.send(letter)


def cured():
    return wired(NewSender(), NewReceiver())
