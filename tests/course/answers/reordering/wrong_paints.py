# Fault: the receiver writes the text into the screen's variable itself.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    screen = None

    async def main(self):
        known = {}
        while True:
            number, letter = await self.receive()
            known[number] = letter
            text = ""
            while len(text) in known:
                text += known[len(text)]
            self.screen.text = text


def cured():
    receiver = NewReceiver()
    receiver.screen = wired(NewSender(), receiver)
    return receiver.screen
