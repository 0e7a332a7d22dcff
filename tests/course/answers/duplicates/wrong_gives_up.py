# Fault: gives up after three attempts, so an order can stay unpaid if the storm is long.
class NewShop(Shop):
    async def main(self):
        for number, amount in enumerate((10, 20, 20)):
            for _ in range(3):
                self.send((number, amount))
                if await self.answered(number):
                    break

    async def answered(self, number):
        while await self.ready("inbox", timeout=1):
            if self.recv() == number:
                return True
        return False


class NewBank(Bank):
    async def main(self):
        seen = set()
        while True:
            number, amount = await self.receive()
            if number not in seen:
                seen.add(number)
                self.send(amount, "pay")
            self.send(number, "answer")


def cured():
    return wired(NewShop(), NewBank())
