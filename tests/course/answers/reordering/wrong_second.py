# Fault: the sender sleeps a second after each letter; nothing tells it that the letter has arrived.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send(letter, "right" if number % 2 else "left")
            await self.sleep(1)


class NewReceiver(Receiver):
    pass


def cured():
    return wired(NewSender(), NewReceiver())
