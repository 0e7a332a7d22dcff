# Fault: the receiver knows the word and writes its next letter whatever arrives.
class NewSender(Sender):
    pass


class NewReceiver(Receiver):
    async def main(self):
        for letter in WORD:
            await self.receive()
            self.send(letter)


def cured():
    return wired(NewSender(), NewReceiver())
