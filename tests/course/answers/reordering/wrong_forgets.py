# It says: of 6 letters are missing. The receiver took: (
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        early = {}
        due = 0
        while True:
            number, letter = await self.receive()
            early[number] = letter
            if number == due:  # the next one may be there already, but nobody looks
                self.send(early.pop(due))
                due += 1


def cured():
    return wired(NewSender(), NewReceiver())
