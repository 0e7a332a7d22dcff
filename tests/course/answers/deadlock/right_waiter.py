# Way: a waiter lets one diner at a time reach for the forks.
class CarefulDiner(Diner):
    Inboxes = ("inbox", "waiter")
    Outboxes = (*Diner.Outboxes, "ask")

    async def main(self):
        self.send(self.who, "ask")
        await self.receive("waiter")
        await super().main()
        self.send("finished", "ask")


class Waiter(Component):
    Inboxes = ("a", "b")
    Outboxes = ("to a", "to b")

    async def main(self):
        while True:
            who = await self.ready("a", "b")
            self.recv(who)
            self.send("please", f"to {who}")
            await self.receive(who)


def cured():
    a, b, waiter = CarefulDiner("a"), CarefulDiner("b"), Waiter()
    waiter.name = "waiter"
    seat(a, b, waiter)
    return a, b


def seat(a, b, waiter):
    forks = {"fork 1": Fork(), "fork 2": Fork()}
    wires = {}
    for who, left, right in (("a", "fork 1", "fork 2"), ("b", "fork 2", "fork 1")):
        for side, fork in (("left", left), ("right", right)):
            wires[who, f"take {side}"] = (fork, "take")
            wires[who, f"back {side}"] = (fork, "back")
            wires[fork, f"to {who}"] = (who, "inbox")
        wires[who, "ask"] = ("waiter", who)
        wires["waiter", f"to {who}"] = (who, "waiter")
    for name, fork in forks.items():
        fork.name = name
    Graphline(a=a, b=b, waiter=waiter, **forks, linkages=wires).activate()
