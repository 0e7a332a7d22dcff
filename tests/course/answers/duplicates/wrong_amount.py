# It says: Missing: 20. The bank took: 10,
class NewShop(Shop):
    pass


class NewBank(Bank):
    async def main(self):
        done = set()
        while True:
            amount = await self.receive()
            if amount not in done:  # the third order looks like the second
                done.add(amount)
                self.send(amount, "pay")
            self.send("paid", "answer")


def cured():
    return wired(NewShop(), NewBank())
