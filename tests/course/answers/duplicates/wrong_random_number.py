# Fault: draws a number from 0 to 9 for each order, and two orders can have the same.
import random


class NewShop(Shop):
    async def main(self):
        for amount in (10, 20, 20):
            number = random.randrange(10)
            self.send((number, amount))
            while True:
                if not await self.ready("inbox", timeout=1):
                    self.send((number, amount))
                elif self.recv() == number:
                    break


class NewBank(Bank):
    async def main(self):
        seen = set()
        while True:
            number, amount = await self.receive()
            if number not in seen:
                seen.add(number)
                self.send(amount, "pay")
            self.send(number, "answer")


def cured():
    return wired(NewShop(), NewBank())
