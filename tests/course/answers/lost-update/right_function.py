# Way: the client sends what is to be done with the balance, and the account does it.
def plus_one(balance):
    return balance + 1


class SafeAccount(Account):
    async def main(self):
        while True:
            _, change = await self.receive()
            self.balance = change(self.balance)


class SafeClient(Client):
    async def main(self):
        self.send((self.who, plus_one))


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
