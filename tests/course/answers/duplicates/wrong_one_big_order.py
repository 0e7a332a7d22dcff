# Fault: makes one order of 50 out of three.
class NewShop(Shop):
    async def main(self):
        while not await self.ready("inbox", timeout=1):
            self.send((0, 50))
        self.recv()


class NewBank(Bank):
    async def main(self):
        paid = False
        while True:
            number, amount = await self.receive()
            if not paid:
                self.send(amount, "pay")
            paid = True
            self.send(number, "answer")


def cured():
    return wired(NewShop(), NewBank())
