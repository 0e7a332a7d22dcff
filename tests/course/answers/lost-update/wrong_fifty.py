# Fault: b waits fifty slices, which is not enough under every schedule.
class SafeAccount(Account):
    pass


class SafeClient(Client):
    async def main(self):
        if self.who == "b":
            for _ in range(50):
                await self.tick()
        await super().main()


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
