# Fault: switches the check off instead of curing the system.
import kamlab.teach.exercises.lost_update as checks

checks.SCHEDULES = 0


class SafeAccount(Account):
    pass


class SafeClient(Client):
    pass


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
