"""What the tests of explanations share: components that wait in known ways."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from kamlab import Component, ThreadedComponent
from kamlab.core.errors import NoSpaceInBox


class Source(Component):
    """Sends what it was given, one message in each slice, and ends."""

    says: Any = (1, 2, 3)

    def main(self):
        for message in self.says:
            self.send(message)
            yield


class Echo(Component):
    """Sends everything on; sleeps with a plain pause."""

    def main(self):
        while True:
            while self.data_ready("inbox"):
                self.send(self.recv("inbox"))
            self.pause()
            yield


class OneAtATime(Component):
    """Takes one message whenever it is woken, so what comes together is left lying."""

    def main(self):
        while True:
            if self.data_ready("inbox"):
                self.recv("inbox")
            self.pause()
            yield


class Pusher(Component):
    """Sends for ever, waiting where there is no room, and never takes anything."""

    def main(self):
        while True:
            try:
                self.send("more")
            except NoSpaceInBox:
                self.pause()
                yield
            if self.any_ready() == "nothing":
                return


class Philosopher(Component):
    """Takes the left fork, then the right one."""

    Inboxes = {"left": "", "right": "", "control": ""}
    Outboxes = {"to_left": "", "to_right": "", "signal": ""}

    def main(self):
        self.send("take", "to_left")
        while not self.data_ready("left"):
            self.pause()
            yield
        self.recv("left")
        yield
        self.send("take", "to_right")
        while not self.data_ready("right"):
            self.pause()
            yield


class AsyncPhilosopher(Philosopher):
    """The same, awaiting."""

    async def main(self):
        self.send("take", "to_left")
        await self.receive("left")
        await self.tick()
        self.send("take", "to_right")
        await self.receive("right")


class Fork(Component):
    """Says yes to the first who asks."""

    Inboxes = {"a": "", "b": "", "control": ""}
    Outboxes = {"to_a": "", "to_b": "", "signal": ""}

    def main(self):
        held = False
        while True:
            for side in ("a", "b"):
                while self.data_ready(side):
                    self.recv(side)
                    if not held:
                        held = True
                        self.send("yours", "to_" + side)
            self.pause()
            yield


class Receiving(ThreadedComponent):
    """A thread that waits for a message."""

    def main(self):
        self.got = self.recv("inbox")


class Locked(ThreadedComponent):
    """A thread that waits for a lock of its own."""

    def __init__(self, lock: threading.Lock, **argd: Any) -> None:
        super().__init__(**argd)
        self.lock = lock

    def main(self):
        with self.lock:
            self.send("at last")


def pipe(*components: Component, **how: Any) -> tuple[Component, ...]:
    """Link outbox to inbox, one after the other, and activate all."""
    for one, other in itertools.pairwise(components):
        one.link((one, "outbox"), (other, "inbox"), **how)
    for each in components:
        each.activate()
    return components


def ring(*components: Component, **how: Any) -> tuple[Component, ...]:
    """The same in a circle."""
    components[-1].link((components[-1], "outbox"), (components[0], "inbox"), **how)
    return pipe(*components, **how)


def table(kind: type[Component] = Philosopher, number: int = 3) -> None:
    """Seat philosophers around a table."""
    philosophers = [kind(name=f"P{index}") for index in range(number)]
    forks = [Fork(name=f"F{index}") for index in range(number)]
    for index, each in enumerate(philosophers):
        left, right = forks[index], forks[(index + 1) % number]
        each.link((each, "to_left"), (left, "a"))
        each.link((left, "to_a"), (each, "left"))
        each.link((each, "to_right"), (right, "b"))
        each.link((right, "to_b"), (each, "right"))
    for each in [*philosophers, *forks]:
        each.activate()


@pytest.fixture
def parts() -> SimpleNamespace:
    """The components and wirings that the tests use."""
    return SimpleNamespace(
        **{
            each.__name__: each
            for each in (
                *(Source, Echo, OneAtATime, Pusher, Philosopher, AsyncPhilosopher, Fork, Receiving, Locked),
                *(pipe, ring, table),
            )
        }
    )


@pytest.fixture
def lock() -> Iterator[threading.Lock]:
    """A lock that somebody holds until the test is over."""
    taken = threading.Lock()
    taken.acquire()
    yield taken
    if taken.locked():
        taken.release()
