# Fault: cured() returns the balance instead of the account.
class SafeAccount(Account):
    async def main(self):
        while True:
            _, amount = await self.receive()
            self.balance += amount


class SafeClient(Client):
    async def main(self):
        self.send((self.who, 1))


def cured():
    account = SafeAccount()
    wires = {("a", "outbox"): ("account", "inbox"), ("b", "outbox"): ("account", "inbox")}
    Graphline(a=SafeClient("a"), b=SafeClient("b"), account=account, linkages=wires).activate()
    return account.balance
