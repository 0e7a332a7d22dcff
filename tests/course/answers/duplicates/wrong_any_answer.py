# Fault: orders have numbers, but the shop takes any answer for the one it waits for.
class NewShop(Shop):
    async def main(self):
        for number, amount in enumerate((10, 20, 20)):
            self.send((number, amount))
            while not await self.ready("inbox", timeout=1):
                self.send((number, amount))
            self.recv()


class NewBank(Bank):
    async def main(self):
        seen = set()
        while True:
            number, amount = await self.receive()
            if number not in seen:
                seen.add(number)
                self.send(amount, "pay")
            self.send("paid", "answer")


def cured():
    return wired(NewShop(), NewBank())
