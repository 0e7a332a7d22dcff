# Fault: a timeout of a minute: a late answer does no harm, but after a lost one it pays twice.
class NewShop(Shop):
    async def main(self):
        for amount in (10, 20, 20):
            self.send(amount)
            while not await self.ready("inbox", timeout=60):
                self.send(amount)
            self.recv()


class NewBank(Bank):
    pass


def cured():
    return wired(NewShop(), NewBank())
