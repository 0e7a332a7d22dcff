# Fault: sends each order once and goes on if no answer comes: a lost order is never paid.
class NewShop(Shop):
    async def main(self):
        for amount in (10, 20, 20):
            self.send(amount)
            await self.ready("inbox", timeout=10)
            list(self.messages())


class NewBank(Bank):
    pass


def cured():
    return wired(NewShop(), NewBank())
