# Fault: there is room for one letter that is too early; a second one pushes it out.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        early, expected = None, 0
        while True:
            number, letter = await self.receive()
            if number != expected:
                early = (number, letter)
                continue
            self.send(letter)
            expected += 1
            if early and early[0] == expected:
                self.send(early[1])
                expected += 1


def cured():
    return wired(NewSender(), NewReceiver())
