# Way: the bank remembers the last number only; a number that is not greater was paid. Waits longer each time.
class NewShop(Shop):
    async def main(self):
        number = 0
        for amount in (10, 20, 20):
            number += 1
            wait, done = 1, False
            self.send((number, amount))
            while not done:
                if await self.ready("inbox", timeout=wait):
                    done = self.recv() == number
                else:
                    wait *= 2
                    self.send((number, amount))


class NewBank(Bank):
    def main(self):
        last = 0
        while True:
            for number, amount in self.messages():
                if number > last:
                    last = number
                    self.send(amount, "pay")
                self.send(number, "answer")
            self.pause()
            yield


def cured():
    return wired(NewShop(), NewBank())
