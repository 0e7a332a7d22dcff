# Way: a box of one ticket: who has the ticket may take forks, and gives it back after the meal.
from collections import deque


class Tickets(Component):
    Outboxes = ("to a", "to b")

    async def main(self):
        free, queue = 1, deque()
        while True:
            what, who = await self.receive()
            if what == "want":
                queue.append(who)
            else:
                free += 1
            while free and queue:
                free -= 1
                self.send("ticket", f"to {queue.popleft()}")


class CarefulDiner(Diner):
    Inboxes = ("inbox", "ticket")
    Outboxes = (*Diner.Outboxes, "tickets")

    async def main(self):
        self.send(("want", self.who), "tickets")
        await self.receive("ticket")
        for side in ("left", "right"):
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        for side in ("left", "right"):
            self.send(self.who, f"back {side}")
        self.send(("return", self.who), "tickets")


def cured():
    parts = {"a": CarefulDiner("a"), "b": CarefulDiner("b"), "fork 1": Fork(), "fork 2": Fork(), "tickets": Tickets()}
    for name in ("fork 1", "fork 2", "tickets"):
        parts[name].name = name
    wires = {}
    for who, forks in (("a", (1, 2)), ("b", (2, 1))):
        for side, number in zip(("left", "right"), forks):
            wires[who, f"take {side}"] = (f"fork {number}", "take")
            wires[who, f"back {side}"] = (f"fork {number}", "back")
            wires[f"fork {number}", f"to {who}"] = (who, "inbox")
        wires[who, "tickets"] = ("tickets", "inbox")
        wires["tickets", f"to {who}"] = (who, "ticket")
    Graphline(linkages=wires, **parts).activate()
    return parts["a"], parts["b"]
