# It says: The shop does not stop
class NewShop(Shop):
    async def main(self):
        for number, amount in enumerate((10, 20, 20)):
            self.send((number, amount))
            while True:
                if not await self.ready("inbox", timeout=1):
                    self.send((number, amount))
                elif self.recv() == number:
                    break


class NewBank(Bank):
    async def main(self):
        done = set()
        while True:
            number, amount = await self.receive()
            if number not in done:  # a repeated order is not even answered
                done.add(number)
                self.send(amount, "pay")
                self.send(number, "answer")


def cured():
    return wired(NewShop(), NewBank())
