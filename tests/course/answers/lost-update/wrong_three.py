# Fault: a client that gets no receipt in time deposits again, so the balance can be too high.
class SafeAccount(Account):
    async def main(self):
        while True:
            who, amount = await self.receive()
            self.balance += amount
            self.send("receipt", f"to {who}")


class SafeClient(Client):
    async def main(self):
        self.send((self.who, 1))
        for _ in range(20):
            await self.tick()
        if not self.data_ready():
            self.send((self.who, 1))


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
