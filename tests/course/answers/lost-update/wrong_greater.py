# Fault: the account refuses a write that is not greater than the balance, and so the second deposit is lost.
class SafeAccount(Account):
    async def main(self):
        while True:
            who, what, *number = await self.receive()
            if what == "read":
                self.send(self.balance, f"to {who}")
            elif number[0] > self.balance:
                self.balance = number[0]


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
