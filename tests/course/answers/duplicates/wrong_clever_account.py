# Fault: the account is changed: it leaves out what it was told already.
class CleverAccount(Account):
    async def main(self):
        seen = set()
        while True:
            number, amount = await self.receive()
            if number not in seen:
                seen.add(number)
                self.paid.append(amount)


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
        while True:
            number, amount = await self.receive()
            self.send((number, amount), "pay")
            self.send(number, "answer")


def cured():
    parts = {"shop": NewShop(), "link": Link(), "bank": NewBank(), "account": CleverAccount(), "storm": Storm()}
    for name, part in parts.items():
        part.name = name
    wires = {
        ("shop", "outbox"): ("link", "from shop"),
        ("link", "to bank"): ("bank", "inbox"),
        ("bank", "pay"): ("account", "inbox"),
        ("bank", "answer"): ("link", "from bank"),
        ("link", "to shop"): ("shop", "inbox"),
        ("storm", "outbox"): ("link", "storm"),
    }
    Graphline(**parts, linkages=wires).activate()
    return parts["account"]
