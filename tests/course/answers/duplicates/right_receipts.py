# Way: the bank keeps a receipt for each order and sends the same receipt again. Order ids are texts.
from itertools import count


class NewShop(Shop):
    async def main(self):
        ids = count(100)
        for amount in (10, 20, 20):
            order = {"id": f"shop-{next(ids)}", "amount": amount}
            receipt = None
            while receipt != ("receipt", order["id"]):
                self.send(order)
                receipt = await self.answer_to(order)

    async def answer_to(self, order):
        while await self.ready("inbox", timeout=1):
            receipt = self.recv()
            if receipt[1] == order["id"]:
                return receipt
        return None


class NewBank(Bank):
    def __init__(self):
        super().__init__()
        self.receipts = {}

    async def main(self):
        while True:
            order = await self.receive()
            if order["id"] not in self.receipts:
                self.send(order["amount"], "pay")
                self.receipts[order["id"]] = ("receipt", order["id"])
            self.send(self.receipts[order["id"]], "answer")


def cured():
    return wired(NewShop(), NewBank())
