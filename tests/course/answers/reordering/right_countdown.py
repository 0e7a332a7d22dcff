# Way: each letter says how many come after it; the first arrival that has all before it is known by the length.
class NewSender(Sender):
    async def main(self):
        length = len(WORD)
        for number, letter in enumerate(WORD):
            self.send((length, length - number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        kept, next_one = {}, None
        while True:
            length, left, letter = await self.receive()
            if next_one is None:
                next_one = length
            kept[left] = letter
            while (letter := kept.pop(next_one, None)) is not None:
                self.send(letter)
                next_one -= 1


def cured():
    return wired(NewSender(), NewReceiver())
