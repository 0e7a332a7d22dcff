# Fault: the client reads again to see that nothing has changed, but then there is the same gap once more.
class SafeAccount(Account):
    pass


class SafeClient(Client):
    async def main(self):
        before, now = None, 0
        while before != now:
            before = now
            self.send((self.who, "read"))
            now = await self.receive()
        self.send((self.who, "write", now + 1))


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
