"""Small systems to ask about, and what a lab does when nobody asks: the engine's own calls, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from kamlab import Component, Lab
from kamlab.core.choice import SeededRandom


class Source(Component):
    """Sends messages, one a slice, and then ends; or some more in a slice."""

    def __init__(self, messages: Any = (), burst: int = 1, box: str = "outbox") -> None:
        super().__init__()
        self.to_send = list(messages)
        self.burst = burst
        self.box = box

    def main(self) -> Iterator[Any]:
        while self.to_send:
            for message in self.to_send[: self.burst]:
                self.send(message, self.box)
            del self.to_send[: self.burst]
            yield


class Pass(Component):
    """Passes on what comes, all of it or the first of it."""

    def __init__(self, greedy: bool = True) -> None:
        super().__init__()
        self.greedy = greedy

    def main(self) -> Iterator[Any]:
        while True:
            while self.data_ready():
                self.send(self.recv())
                if not self.greedy:
                    break
            self.pause()
            yield


class Keep(Component):
    """Lets everything lie, and sleeps."""

    def main(self) -> Iterator[Any]:
        while True:
            self.pause()
            yield


class Take(Component):
    """Takes one message a slice."""

    async def main(self) -> None:
        while True:
            await self.receive()


class Nap(Component):
    """Sleeps for a while, again and again."""

    def __init__(self, seconds: float = 1.0) -> None:
        super().__init__()
        self.seconds = seconds

    def main(self) -> Iterator[Any]:
        while True:
            self.pause(self.seconds)
            yield


def line(*parts: Callable[[], Component], backwards: bool = False) -> Callable[[], None]:
    """Return a function that activates components, each linked to the next; perhaps the last one first."""

    def build() -> None:
        made = [part() for part in parts]
        for before, after in pairwise(made):
            before.link((before, "outbox"), (after, "inbox"))
        for each in reversed(made) if backwards else made:
            each.activate()

    return build


def lab_of(build: Callable[[], Any], steps: int = 0, seed: int | None = None) -> Lab:
    """Return a lab that can be built again, so many steps on."""
    lab = Lab(build=build, clock="virtual", chooser=None if seed is None else SeededRandom(seed))
    lab.report = lambda text: None  # type: ignore[method-assign]
    if steps:
        lab.step(steps)
    return lab


def to(*messages: Any) -> Callable[[], None]:
    """Return a builder: somebody sends these messages to one who lets them lie."""
    return line(lambda: Source(messages), Keep)
