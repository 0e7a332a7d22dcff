# Fault: nothing was changed.
class NewShop(Shop):
    """Change what it sends."""

    async def main(self):
        for amount in (10, 20, 20):
            self.send(amount)
            while not await self.ready("inbox", timeout=1):
                self.send(amount)
            self.recv()


class NewBank(Bank):
    """Change what it does with an order."""

    async def main(self):
        while True:
            amount = await self.receive()
            self.send(amount, "pay")
            self.send("paid", "answer")


def cured():
    return wired(NewShop(), NewBank())
