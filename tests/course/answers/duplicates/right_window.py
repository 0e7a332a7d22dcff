# Way: all orders are under way at once; those without an answer are sent again.
class NewShop(Shop):
    async def main(self):
        unanswered = dict(enumerate((10, 20, 20)))
        while unanswered:
            for order in unanswered.items():
                self.send(order)
            while unanswered and await self.ready("inbox", timeout=1):
                unanswered.pop(self.recv(), None)


class NewBank(Bank):
    def __init__(self):
        super().__init__()
        self.known = []

    async def main(self):
        while True:
            number, amount = await self.receive()
            if number not in self.known:
                self.known.append(number)
                self.send(amount, "pay")
            self.send(number, "answer")


def cured():
    return wired(NewShop(), NewBank())
