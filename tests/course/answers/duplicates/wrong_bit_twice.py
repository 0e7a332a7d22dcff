# Fault: the bank remembers all bits it has seen, so the third order looks like a copy of the first.
class NewShop(Shop):
    async def main(self):
        for number, amount in enumerate((10, 20, 20)):
            bit = number % 2
            self.send((bit, amount))
            while True:
                if not await self.ready("inbox", timeout=1):
                    self.send((bit, amount))
                elif self.recv() == bit:
                    break


class NewBank(Bank):
    async def main(self):
        seen = set()
        while True:
            bit, amount = await self.receive()
            if bit not in seen:
                seen.add(bit)
                self.send(amount, "pay")
            self.send(bit, "answer")


def cured():
    return wired(NewShop(), NewBank())
