# Way: a teller between clients and account takes one deposit after the other; the account is as it was.
class SafeAccount(Account):
    Outboxes = ("to a", "to b", "to teller")


class SafeClient(Client):
    async def main(self):
        self.send(1)


class Teller(Component):
    Inboxes = ("inbox", "answers")

    async def main(self):
        while True:
            amount = await self.receive()
            self.send(("teller", "read"))
            balance = await self.receive("answers")
            self.send(("teller", "write", balance + amount))


def cured():
    account = SafeAccount()
    teller = Teller()
    teller.name = "teller"
    wires = {
        ("a", "outbox"): ("teller", "inbox"),
        ("b", "outbox"): ("teller", "inbox"),
        ("teller", "outbox"): ("account", "inbox"),
        ("account", "to teller"): ("teller", "answers"),
    }
    Graphline(a=SafeClient("a"), b=SafeClient("b"), teller=teller, account=account, linkages=wires).activate()
    return account
