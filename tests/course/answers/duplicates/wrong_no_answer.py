# Fault: an order that was paid is not answered again, so the shop asks forever.
class NewShop(Shop):
    async def main(self):
        for number, amount in enumerate((10, 20, 20)):
            self.send((number, amount))
            while True:
                if not await self.ready("inbox", timeout=1):
                    self.send((number, amount))
                elif self.recv() == number:
                    break


class NewBank(Bank):
    async def main(self):
        last = -1
        while True:
            number, amount = await self.receive()
            if number > last:
                last = number
                self.send(amount, "pay")
                self.send(number, "answer")


def cured():
    return wired(NewShop(), NewBank())
