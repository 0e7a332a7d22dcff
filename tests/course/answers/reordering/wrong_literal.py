# Fault: the receiver sends the letters of LETTER, which it has from the notebook.
class NewSender(Sender):
    pass


class NewReceiver(Receiver):
    async def main(self):
        for letter in "LETTER":
            await self.receive()
            self.send(letter)


def cured():
    return wired(NewSender(), NewReceiver())
