# Way: a eats first and then tells b.
class CarefulDiner(Diner):
    Inboxes = ("inbox", "turn")
    Outboxes = (*Diner.Outboxes, "neighbour")

    async def main(self):
        if self.who != "a":
            await self.receive("turn")
        await super().main()
        if self.who == "a":
            self.send("your turn", "neighbour")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    forks = {"fork 1": Fork(), "fork 2": Fork()}
    wires = {("a", "neighbour"): ("b", "turn")}
    for who, left, right in (("a", "fork 1", "fork 2"), ("b", "fork 2", "fork 1")):
        for side, fork in (("left", left), ("right", right)):
            wires[who, f"take {side}"] = (fork, "take")
            wires[who, f"back {side}"] = (fork, "back")
            wires[fork, f"to {who}"] = (who, "inbox")
    for name, fork in forks.items():
        fork.name = name
    Graphline(a=a, b=b, **forks, linkages=wires).activate()
    return a, b
