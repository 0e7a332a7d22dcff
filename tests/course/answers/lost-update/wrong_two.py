# Fault: the account writes 2 whatever it is told.
class SafeAccount(Account):
    async def main(self):
        while True:
            who, what, *number = await self.receive()
            if what == "read":
                self.send(self.balance, f"to {who}")
            else:
                self.balance = 2


class SafeClient(Client):
    pass


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
