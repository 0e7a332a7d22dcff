"""The reference solution of "build your own", and small systems made of it."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

from kamlab.teach import help as help_for_one

STEPS = ("microprocess", "scheduler", "component", "postman", "chassis", "backplane")


def reference() -> SimpleNamespace:
    """Return the classes of the reference solution."""
    space: dict[str, Any] = {"__name__": "mini"}
    for step in STEPS:
        exec(compile(help_for_one.reference(f"mini-{step}"), f"<mini-{step}>", "exec"), space)
    return SimpleNamespace(**{name: value for name, value in space.items() if isinstance(value, type)})


mini = reference()


class Producer(mini.Component):
    """Sends its words, one in a slice, and ends."""

    def __init__(self, words: Any = "abc") -> None:
        super().__init__()
        self.words = words

    def main(self) -> Any:
        for word in self.words:
            self.send(word)
            yield


class Passing(mini.Component):
    """Sends on what comes in, so many in a slice."""

    def __init__(self, most: int = 100) -> None:
        super().__init__()
        self.most = most

    def main(self) -> Any:
        while True:
            for _ in range(min(self.most, self.data_ready())):
                self.send(self.recv())
            yield


class Sink(mini.Component):
    """Keeps what comes, one in a slice."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []

    def main(self) -> Any:
        while True:
            if self.data_ready():
                self.got.append(self.recv())
            yield


class Wild(mini.Component):
    """Does to its own boxes and to those of others whatever a seed says."""

    def __init__(self, seed: int, others: list[Any]) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.others = others

    def main(self) -> Any:
        while self.random.random() > 0.02:
            for _ in range(self.random.randrange(4)):
                self.meddle(self.random.choice([self, *self.others]))
            yield

    def meddle(self, with_whom: Any) -> None:
        """Do something to a box."""
        box = with_whom.boxes[self.random.choice(sorted(with_whom.boxes))]
        what = self.random.randrange(4)
        if what == 0 and box:
            box.pop(self.random.randrange(len(box)))
        elif what == 1:
            box.insert(self.random.randrange(len(box) + 1), self.random.randrange(3))
        elif what == 2:
            with_whom.boxes["inbox"] = with_whom.boxes["inbox"][1:]
        else:
            box.append(object())


def line(*parts: Any) -> Any:
    """Return a scheduler with a pipeline of these parts."""
    scheduler = mini.Scheduler()
    scheduler.activate(mini.Pipeline(*parts))
    return scheduler


def random_system(seed: int, wild: bool = False) -> Any:
    """Return the scheduler of a small system that a seed decides."""
    draw = random.Random(seed)
    scheduler = mini.Scheduler()
    plane = mini.Backplane("NEWS", scheduler)
    scheduler.activate(plane)
    for _ in range(draw.randrange(1, 4)):
        parts = [Producer(range(draw.randrange(6))), *(Passing(draw.randrange(1, 3)) for _ in range(draw.randrange(3)))]
        pipeline = mini.Pipeline(*parts)
        scheduler.activate(pipeline)
        scheduler.activate(mini.Postman(pipeline, "outbox", plane, "inbox"))
        sink = Sink()
        for number in range(draw.randrange(3)):
            sink.send(number, "inbox")
        plane.subscribe(sink)
        scheduler.activate(sink)
    if wild:
        scheduler.activate(Wild(seed, [each for each in scheduler.active if hasattr(each, "boxes")]))
    return scheduler
