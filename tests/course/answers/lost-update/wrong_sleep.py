# Fault: b sleeps a second and hopes that a is done by then; no message says so.
class SafeAccount(Account):
    pass


class SafeClient(Client):
    async def main(self):
        if self.who == "b":
            await self.sleep(1)
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
