# Fault: pays an order only when it has come twice, because then it is sure.
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
        times = {}
        while True:
            number, amount = await self.receive()
            times[number] = times.get(number, 0) + 1
            if times[number] == 2:
                self.send(amount, "pay")
            self.send(number, "answer")


def cured():
    return wired(NewShop(), NewBank())
