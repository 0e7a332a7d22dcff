# Way: an inbox for each client; the account finishes with one client before it looks at the other one.
class SafeAccount(Account):
    Inboxes = ("from a", "from b")

    async def main(self):
        while True:
            box = await self.ready("from a", "from b")
            who, _ = self.recv(box)
            self.send(self.balance, f"to {who}")
            _, _, self.balance = await self.receive(box)


class SafeClient(Client):
    pass


def cured():
    account = SafeAccount()
    wires = {
        ("a", "outbox"): ("account", "from a"),
        ("b", "outbox"): ("account", "from b"),
        ("account", "to a"): ("a", "inbox"),
        ("account", "to b"): ("b", "inbox"),
    }
    Graphline(a=SafeClient("a"), b=SafeClient("b"), account=account, linkages=wires).activate()
    return account
