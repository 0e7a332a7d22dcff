# Fault: each letter takes both routes, instead of half of them each.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "left")
            self.send((number, letter), "right")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        expected = 0
        while True:
            number, letter = await self.receive()
            if number == expected:
                self.send(letter)
                expected += 1


def cured():
    return wired(NewSender(), NewReceiver())
