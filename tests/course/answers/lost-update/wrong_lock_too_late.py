# Fault: the lock is asked for after reading, so both read 0 before either of them has it.
class SafeAccount(Account):
    async def main(self):
        holder, queue = None, []
        while True:
            who, what, *number = await self.receive()
            if what == "read":
                self.send(self.balance, f"to {who}")
            elif what == "lock":
                queue.append(who)
            else:
                self.balance = number[0]
                holder = None
            if holder is None and queue:
                holder = queue.pop(0)
                self.send("locked", f"to {holder}")


class SafeClient(Client):
    async def main(self):
        self.send((self.who, "read"))
        balance = await self.receive()
        self.send((self.who, "lock"))
        await self.receive()
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
