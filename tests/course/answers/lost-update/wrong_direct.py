# Fault: the clients change the account's variable themselves, without any message.
class SafeAccount(Account):
    pass


class SafeClient(Client):
    account = None

    async def main(self):
        self.account.balance += 1


def cured():
    account = SafeAccount()
    wires = {
        ("a", "outbox"): ("account", "inbox"),
        ("b", "outbox"): ("account", "inbox"),
        ("account", "to a"): ("a", "inbox"),
        ("account", "to b"): ("b", "inbox"),
    }
    a, b = SafeClient("a"), SafeClient("b")
    a.account = b.account = account
    Graphline(a=a, b=b, account=account, linkages=wires).activate()
    return account
