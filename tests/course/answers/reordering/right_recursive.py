# Way: a method that delivers one letter and then looks for the next one.
from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    place: int
    text: str


class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send(Letter(number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    def __init__(self):
        super().__init__()
        self.place, self.early = 0, set()

    async def main(self):
        while True:
            self.early.add(await self.receive())
            self.deliver_next()

    def deliver_next(self):
        for letter in self.early:
            if letter.place == self.place:
                self.early.remove(letter)
                self.place += 1
                self.send(letter.text)
                return self.deliver_next()


def cured():
    return wired(NewSender(), NewReceiver())
