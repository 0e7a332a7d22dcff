# It says: did not end
class SafeAccount(Account):
    async def main(self):
        locked = False
        while True:
            who, what, *number = await self.receive()
            if what == "read" and not locked:
                locked = True  # who comes now is never answered
                self.send(self.balance, f"to {who}")
            elif what == "write":
                self.balance = number[0]
                locked = False


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

