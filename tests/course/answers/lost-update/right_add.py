# Way: one message "add", which the account does within one slice.
class SafeAccount(Account):
    async def main(self):
        while True:
            who, what, number = await self.receive()
            if what == "add":
                self.balance = self.balance + number


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
