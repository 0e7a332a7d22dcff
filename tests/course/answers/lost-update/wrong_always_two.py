# Fault: balance is a property that says 2, whatever the account was told.
class SafeAccount(Account):
    @property
    def balance(self):
        return 2

    @balance.setter
    def balance(self, number):
        pass


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
