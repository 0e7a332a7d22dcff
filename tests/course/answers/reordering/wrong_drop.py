# It says: letters are missing
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        due = 0
        while True:
            number, letter = await self.receive()
            if number >= due:  # what comes late is thrown away
                self.send(letter)
                due = number + 1


def cured():
    return wired(NewSender(), NewReceiver())
