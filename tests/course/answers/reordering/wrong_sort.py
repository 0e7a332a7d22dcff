# It says: the screen shows 'EELRTT'
class NewSender(Sender):
    pass


class NewReceiver(Receiver):
    async def main(self):
        letters = sorted([await self.receive() for _ in WORD])  # by the alphabet
        for letter in letters:
            self.send(letter)


def cured():
    return wired(NewSender(), NewReceiver())
