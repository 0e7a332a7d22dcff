# Way: a generator as receiver, and a sorted list of what is too early.
from bisect import insort


class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    def main(self):
        shelf, delivered = [], 0
        while True:
            for pair in self.messages():
                insort(shelf, pair)
            while shelf and shelf[0][0] == delivered:
                self.send(shelf.pop(0)[1])
                delivered += 1
            self.pause()
            yield


def cured():
    return wired(NewSender(), NewReceiver())
