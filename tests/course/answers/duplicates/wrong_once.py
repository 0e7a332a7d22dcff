# It says: the shop sent only 10
class NewShop(Shop):
    async def main(self):
        for amount in (10, 20, 20):
            self.send(amount)
            await self.receive()  # it never repeats, so nothing comes twice


class NewBank(Bank):
    pass


def cured():
    return wired(NewShop(), NewBank())
