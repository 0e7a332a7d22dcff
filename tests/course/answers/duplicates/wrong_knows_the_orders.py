# Fault: the bank pays 10, 20 and 20 at the beginning, whatever is ordered.
class NewShop(Shop):
    pass


class NewBank(Bank):
    async def main(self):
        for amount in (10, 20, 20):
            self.send(amount, "pay")
        while True:
            await self.receive()
            self.send("paid", "answer")


def cured():
    return wired(NewShop(), NewBank())
