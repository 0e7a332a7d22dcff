# Fault: a makes both deposits, and b makes none.
class SafeAccount(Account):
    async def main(self):
        while True:
            _, amount = await self.receive()
            self.balance += amount


class SafeClient(Client):
    async def main(self):
        if self.who == "a":
            self.send((self.who, 2))


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
