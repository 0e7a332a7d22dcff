# Fault: the bank leaves out an amount that is the same as the one before, and so the second 20.
class NewShop(Shop):
    pass


class NewBank(Bank):
    async def main(self):
        before = None
        while True:
            amount = await self.receive()
            if amount != before:
                self.send(amount, "pay")
            before = amount
            self.send("paid", "answer")


def cured():
    return wired(NewShop(), NewBank())
