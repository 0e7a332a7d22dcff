# Fault: all letters take the left route.
class NewSender(Sender):
    async def main(self):
        for letter in WORD:
            self.send(letter, "left")
            await self.tick()


class NewReceiver(Receiver):
    pass


def cured():
    return wired(NewSender(), NewReceiver())
