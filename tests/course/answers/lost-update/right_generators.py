# Way: generators with pause instead of async, and a deposit with a receipt.
class SafeAccount(Account):
    def main(self):
        while True:
            for who, amount in self.messages():
                self.balance += amount
                self.send("thanks", "to " + who)
            self.pause()
            yield


class SafeClient(Client):
    def main(self):
        self.send((self.who, 1))
        while not self.data_ready():
            self.pause()
            yield
        self.recv()


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
