# Way: the shop sends its whole list of orders so far, and the bank pays what is new in it.
class NewShop(Shop):
    def __init__(self):
        super().__init__()
        self.orders = ()

    async def main(self):
        for amount in (10, 20, 20):
            self.orders += (amount,)
            await self.ask()

    async def ask(self):
        while True:
            self.send(self.orders)
            while await self.ready("inbox", timeout=1):
                if self.recv() == len(self.orders):
                    return


class NewBank(Bank):
    async def main(self):
        paid = 0
        while True:
            orders = await self.receive()
            for amount in orders[paid:]:
                self.send(amount, "pay")
                paid += 1
            self.send(paid, "answer")


def cured():
    return wired(NewShop(), NewBank())
