# Fault: has six places because this word has six letters, and ends after the sixth.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        places, shown = [None] * 6, 0
        while shown < 6:
            number, letter = await self.receive()
            places[number] = letter
            while shown < 6 and places[shown]:
                self.send(places[shown])
                shown += 1


def cured():
    return wired(NewSender(), NewReceiver())
