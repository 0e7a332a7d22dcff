"""Systems whose code is drawn: components with scripts of everything that a component can do in a slice."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from kamlab import Component, Graphline, NewComponent, WaitComplete

ACTS = (
    *("out 0", "out 1", "out 2", "take", "look", "yield", "sleep", "nap", "wait", "child", "kid", "fail"),
    *("count", "share", "read", "stop", "deliver", "peer", "pop", "full"),
)


class Child(Component):
    """Ends in its second slice."""

    def main(self) -> Any:
        yield


class Scripted(Component):
    """Does what it is told, act by act."""

    Outboxes = ("out 0", "out 1", "out 2")

    def __init__(self, script: tuple[str, ...], others: list[Any], shared: list[int]) -> None:
        super().__init__()
        self.script, self.others, self.shared = script, others, shared
        self.seen = 0

    def main(self) -> Any:
        for act in self.script:
            if act in ("yield", "sleep", "nap"):
                if act != "yield":
                    self.pause(1 if act == "nap" else None)
                yield
            elif act == "wait":
                yield WaitComplete(self.take_all())
            elif act == "child":
                yield NewComponent(Child())
            elif act == "kid":
                child = Child()
                self.add_children(child)
                child.activate()
                self.pause()
                yield
            else:
                self.do(act)

    def take_all(self) -> Any:
        """Take all that waits, a slice later."""
        yield
        for number in self.messages():
            self.seen += number + 1
        yield

    def do(self, act: str) -> None:
        """Do what needs no slice of its own."""
        if act.startswith("out"):
            self.send(self.seen, act)
        elif act in ("take", "pop") and self.data_ready():
            self.seen = 10 * self.seen + (self.recv() if act == "take" else self.inboxes["inbox"].pop(-1))
        elif act == "look":
            self.seen += bool(self.any_ready())
        elif act == "count":
            self.seen += len(self.inboxes["inbox"])
        elif act == "full":
            self.seen += self.outboxes["out 0"].is_full()
        elif act == "share":
            self.shared.append(self.seen)
        elif act == "read":
            self.seen += len(self.shared)
        elif act == "fail":
            raise ValueError(self.seen)
        for other in self.others:
            if act == "stop":
                other.stop()
            elif act == "deliver":
                other.deliver(5)
            elif act == "peer":
                self.seen += other.seen


def drawn(seed: int) -> Callable[[], Any]:
    """Return a system of two or three components with scripts that are drawn."""
    draw = random.Random(seed)
    size = draw.choice([2, 3, 3])
    acts = [*draw.sample(ACTS, 6), "yield", "take", "out 0", "out 1"]
    scripts = [tuple(draw.choice(acts) for _ in range(draw.randrange(1, 6))) for _ in range(size)]
    limit, is_shared = draw.choice([None, None, 1]), draw.random() < 0.5

    def system() -> list[Scripted]:
        shared: list[int] = []
        parts: list[Scripted] = []
        for script in scripts:
            parts.append(Scripted(script, parts[:1], shared if is_shared else []))
        parts[0].set_inbox_size("inbox", limit)
        wires = {
            (f"S{one}", f"out {two}"): (f"S{two}", "inbox") for one in range(size) for two in range(size) if one != two
        }
        Graphline(linkages=wires, **{f"S{place}": part for place, part in enumerate(parts)}).activate()
        return parts

    return system
