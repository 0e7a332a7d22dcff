# It says: ('b', 'read'), ('a', 'read')
class SafeAccount(Account):
    pass


class SafeClient(Client):
    async def main(self):  # look twice, and write if nothing has changed between
        balance = None
        while True:
            self.send((self.who, "read"))
            again = await self.receive()
            if again == balance:
                break
            balance = again
        self.send((self.who, "write", balance + 1))


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

