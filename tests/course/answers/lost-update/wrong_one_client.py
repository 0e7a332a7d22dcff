# Fault: there is one client only, which deposits twice.
class SafeAccount(Account):
    pass


class SafeClient(Client):
    async def main(self):
        for _ in range(2):
            self.send((self.who, "read"))
            balance = await self.receive()
            self.send((self.who, "write", balance + 1))


def cured():
    account = SafeAccount()
    wires = {("a", "outbox"): ("account", "inbox"), ("account", "to a"): ("a", "inbox")}
    Graphline(a=SafeClient("a"), account=account, linkages=wires).activate()
    return account
