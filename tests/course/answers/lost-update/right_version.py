# Way: compare and swap: a write names the version that was read; if that is old, the client reads again.
class SafeAccount(Account):
    version = 0

    async def main(self):
        while True:
            who, what, *rest = await self.receive()
            if what == "read":
                self.send((self.version, self.balance), f"to {who}")
                continue
            version, new = rest
            good = version == self.version
            if good:
                self.balance = new
                self.version += 1
            self.send(good, f"to {who}")


class SafeClient(Client):
    async def main(self):
        done = False
        while not done:
            self.send((self.who, "read"))
            version, balance = await self.receive()
            self.send((self.who, "write", version, balance + 1))
            done = await self.receive()


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
