# Way: the account keeps a list of deposits and adds them up.
class SafeAccount(Account):
    def __init__(self):
        super().__init__()
        self.entries = []

    async def main(self):
        while True:
            self.entries.append(await self.receive())
            self.balance = sum(amount for _, amount in self.entries)


class SafeClient(Client):
    async def main(self):
        self.send((self.who, 1))


def cured():
    account = SafeAccount()
    wires = {
        ("a", "outbox"): ("account", "inbox"),
        ("b", "outbox"): ("account", "inbox"),
        ("account", "to a"): ("a", "inbox"),
        ("account", "to b"): ("b", "inbox"),
    }
    Graphline(a=SafeClient("a"), b=SafeClient("b"), account=account, linkages=wires).activate()
    return account
