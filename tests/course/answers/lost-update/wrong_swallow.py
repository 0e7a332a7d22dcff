# Fault: the message has no amount, and the account swallows the error, so nothing is deposited.
class SafeAccount(Account):
    async def main(self):
        while True:
            try:
                who, what, amount = await self.receive()
                self.balance += amount
            except ValueError:
                pass


class SafeClient(Client):
    async def main(self):
        self.send((self.who, "add"))


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
