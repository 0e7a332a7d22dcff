# It says: 'add', 1)
class SafeAccount(Account):
    pass  # forgotten: it takes what it does not know for a "write"


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

