# Fault: the bank remembers amounts, so the second order of 20 is never paid.
class NewShop(Shop):
    async def main(self):
        for amount in (10, 20, 20):
            self.send(amount)
            while True:
                if not await self.ready("inbox", timeout=1):
                    self.send(amount)
                elif self.recv() == amount:
                    break


class NewBank(Bank):
    async def main(self):
        seen = set()
        while True:
            amount = await self.receive()
            if amount not in seen:
                seen.add(amount)
                self.send(amount, "pay")
            self.send(amount, "answer")


def cured():
    return wired(NewShop(), NewBank())
