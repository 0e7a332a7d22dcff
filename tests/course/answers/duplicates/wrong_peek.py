# Fault: the bank looks into the shop to see at which order it is.
class NewShop(Shop):
    current = -1

    async def main(self):
        for self.current, amount in enumerate((10, 20, 20)):
            self.send(amount)
            while True:
                if not await self.ready("inbox", timeout=1):
                    self.send(amount)
                elif self.recv() == self.current:
                    break


class NewBank(Bank):
    shop = None

    async def main(self):
        done = -1
        while True:
            amount = await self.receive()
            if self.shop.current > done:
                done = self.shop.current
                self.send(amount, "pay")
            self.send(done, "answer")


def cured():
    shop, bank = NewShop(), NewBank()
    bank.shop = shop
    return wired(shop, bank)
