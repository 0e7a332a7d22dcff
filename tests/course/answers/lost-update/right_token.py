# Way: a token goes from one client to the other; only its owner uses the account.
class SafeAccount(Account):
    async def main(self):
        while True:
            who, what, *number = await self.receive()
            if what == "write":
                self.balance = number[0]
            self.send(self.balance, f"to {who}")


class SafeClient(Client):
    Inboxes = ("inbox", "token")
    Outboxes = ("outbox", "pass on")

    def __init__(self, who, first):
        super().__init__(who)
        self.first = first

    async def main(self):
        if not self.first:
            await self.receive("token")
        self.send((self.who, "read"))
        balance = await self.receive()
        self.send((self.who, "write", balance + 1))
        await self.receive()
        if self.first:
            self.send("your turn", "pass on")


def cured():
    account = SafeAccount()
    wires = {
        ("a", "outbox"): ("account", "inbox"),
        ("b", "outbox"): ("account", "inbox"),
        ("account", "to a"): ("a", "inbox"),
        ("account", "to b"): ("b", "inbox"),
        ("a", "pass on"): ("b", "token"),
    }
    Graphline(a=SafeClient("a", True), b=SafeClient("b", False), account=account, linkages=wires).activate()
    return account
