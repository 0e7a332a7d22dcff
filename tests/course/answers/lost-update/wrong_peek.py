# Fault: b watches the balance of the account from outside and starts when it has changed.
class SafeAccount(Account):
    pass


class SafeClient(Client):
    account = None

    async def main(self):
        if self.who == "b":
            while self.account.balance == 0:
                await self.tick()
        self.send((self.who, "read"))
        balance = await self.receive()
        self.send((self.who, "write", balance + 1))


def cured():
    account = SafeAccount()
    SafeClient.account = account
    wires = {
        ("a", "outbox"): ("account", "inbox"),
        ("b", "outbox"): ("account", "inbox"),
        ("account", "to a"): ("a", "inbox"),
        ("account", "to b"): ("b", "inbox"),
    }
    Graphline(a=SafeClient("a"), b=SafeClient("b"), account=account, linkages=wires).activate()
    return account
