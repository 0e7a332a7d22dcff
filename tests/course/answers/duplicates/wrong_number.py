# It says: (4, 20), (5, 20)
class NewShop(Shop):
    async def main(self):
        number = 0
        for amount in (10, 20, 20):
            self.send((number, amount))
            number += 1
            while not await self.ready("inbox", timeout=1):
                self.send((number, amount))  # each time another number
                number += 1
            self.recv()


class NewBank(Bank):
    async def main(self):
        done = set()
        while True:
            number, amount = await self.receive()
            if number not in done:
                done.add(number)
                self.send(amount, "pay")
            self.send("paid", "answer")


def cured():
    return wired(NewShop(), NewBank())
