# Way: the alternating bit of the text.
class NewShop(Shop):
    async def main(self):
        bit = 0
        for amount in (10, 20, 20):
            self.send((bit, amount))
            answered = False
            while not answered:
                if await self.ready("inbox", timeout=1):
                    answered = self.recv() == bit
                else:
                    self.send((bit, amount))
            bit = 1 - bit


class NewBank(Bank):
    async def main(self):
        expected = 0
        while True:
            bit, amount = await self.receive()
            if bit == expected:
                self.send(amount, "pay")
                expected = 1 - expected
            self.send(bit, "answer")


def cured():
    return wired(NewShop(), NewBank())
