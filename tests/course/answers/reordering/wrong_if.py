# Fault: after a delivery it looks for one more letter only, so letters that came early can stay behind.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        early, expected = {}, 0
        while True:
            number, letter = await self.receive()
            early[number] = letter
            if expected in early:
                self.send(early.pop(expected))
                expected += 1


def cured():
    return wired(NewSender(), NewReceiver())
