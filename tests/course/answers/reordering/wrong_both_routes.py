# Fault: sends each letter over both routes, and the receiver leaves out letters that it knows already.
class NewSender(Sender):
    async def main(self):
        for letter in WORD:
            self.send(letter, "left")
            self.send(letter, "right")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        seen = set()
        while True:
            letter = await self.receive()
            if letter not in seen:
                seen.add(letter)
                self.send(letter)


def cured():
    return wired(NewSender(), NewReceiver())
