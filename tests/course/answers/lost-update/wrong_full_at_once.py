# Fault: the balance is 2 before any deposit was made.
class SafeAccount(Account):
    def __init__(self):
        super().__init__()
        self.balance = 2

    async def main(self):
        while True:
            await self.receive()


class SafeClient(Client):
    async def main(self):
        self.send((self.who, "add", 1))


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
