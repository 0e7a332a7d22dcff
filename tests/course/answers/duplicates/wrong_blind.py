# It says: It must send again only what was not answered
class NewShop(Shop):
    async def main(self):
        for number, amount in enumerate((10, 20, 20)):
            for _ in range(4):  # one of them will get there
                self.send((number, amount))
                await self.tick()


class NewBank(Bank):
    async def main(self):
        done = set()
        while True:
            number, amount = await self.receive()
            if number not in done:
                done.add(number)
                self.send(amount, "pay")
            self.send("paid", "answer")


def cured():
    return wired(NewShop(), NewBank())
