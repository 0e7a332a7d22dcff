# Fault: the bank takes the same amount within three seconds for a copy; that is the clock, not the order.
import time


class NewShop(Shop):
    async def main(self):
        for amount in (10, 20, 20):
            self.send(amount)
            while not await self.ready("inbox", timeout=1):
                self.send(amount)
            await self.sleep(10)
            list(self.messages())


class NewBank(Bank):
    async def main(self):
        last = {}
        while True:
            amount = await self.receive()
            if time.time() - last.get(amount, -100) > 3:
                self.send(amount, "pay")
            last[amount] = time.time()
            self.send("paid", "answer")


def cured():
    return wired(NewShop(), NewBank())
