# Way: the shop sends the total of all orders so far, and the bank pays what is missing.
class NewShop(Shop):
    async def main(self):
        total = 0
        for amount in (10, 20, 20):
            total += amount
            self.send(total)
            while True:
                box = await self.ready("inbox", timeout=1)
                if box is None:
                    self.send(total)
                elif self.recv() >= total:
                    break


class NewBank(Bank):
    async def main(self):
        paid = 0
        while True:
            total = await self.receive()
            if total > paid:
                self.send(total - paid, "pay")
                paid = total
            self.send(paid, "answer")


def cured():
    return wired(NewShop(), NewBank())
