"""Systems in which components poll the clock instead of waiting, for the tests that replay runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from kamlab import Component, Pipeline, ThreadedComponent
from kamlab.core import context


class Poll(Component):
    """Polls for some seconds, sends what time it is, and begins again."""

    seconds = 0.05

    def main(self) -> Iterator[Any]:
        for _ in range(30):
            begun = time.monotonic()
            while time.monotonic() - begun < self.seconds:
                yield
            self.send(round(time.monotonic(), 6))


class PollOrMessage(Component):
    """Polls for a message and the time at once."""

    def main(self) -> Iterator[Any]:
        for _ in range(30):
            end = context.current().clock.now() + 0.1
            while not self.data_ready() and context.current().clock.now() < end:
                yield
            self.send(self.recv() if self.data_ready() else "too late")


class Busy(Component):
    """Sends in each round while it polls."""

    def main(self) -> Iterator[Any]:
        end = time.time() + 1
        while time.time() < end:
            self.send("tick")
            yield


class Sparse(Component):
    """Reads the clock in some of its slices only."""

    def main(self) -> Iterator[Any]:
        for every in (1, 2, 3, 5) * 8:
            begun = time.time()
            while time.time() - begun < 0.03:
                for _ in range(every):
                    yield
            self.send(round(time.time(), 6))


class Stamp(Component):
    """Reads the clock in every slice, and waits in between."""

    def main(self) -> Iterator[Any]:
        while True:
            self.send(time.time())
            self.pause(0.03)
            yield


class Work(Component):
    """Yields while it computes, then sends the result."""

    def main(self) -> Iterator[Any]:
        for number in range(40):
            for _ in range(5):
                yield
            self.send(number)


class InThread(ThreadedComponent):
    """Polls in its thread, at points of contact."""

    def main(self) -> None:
        for _ in range(20):
            begun = time.time()
            while time.time() - begun < 0.04:
                self.data_ready()
            self.send(round(time.time(), 6))


class Keep(Component):
    """Keeps what it gets."""

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.got: list[Any] = []

    async def main(self) -> None:
        while True:
            self.got.append(await self.receive())


def alone() -> None:
    """Build a poller and a sink."""
    Pipeline(Poll(), Keep()).activate()


def beside_a_timer() -> None:
    """Build a poller, and a source with timers that lie between its steps."""
    Pipeline(Poll(), Keep()).activate()
    Pipeline(Stamp(), Keep()).activate()


def for_a_message() -> None:
    """Build a component that polls for messages which another one sends by its timer."""
    Pipeline(Stamp(), PollOrMessage(), Keep()).activate()


def beside_work() -> None:
    """Build a poller, and a component that merely yields."""
    Pipeline(Poll(), Keep()).activate()
    Pipeline(Work(), Keep()).activate()


def busy() -> None:
    """Build a poller that sends in each round."""
    Pipeline(Busy(), Keep()).activate()
    Pipeline(Stamp(), Keep()).activate()


def sparse() -> None:
    """Build a poller that seldom reads the clock, beside a component that merely yields."""
    Pipeline(Sparse(), Keep()).activate()
    Pipeline(Work(), Keep()).activate()


def in_a_thread() -> None:
    """Build a poller with a thread of its own, and another one."""
    Pipeline(InThread(), Keep()).activate()
    Pipeline(Poll(), Keep()).activate()


SYSTEMS: dict[str, Callable[..., None]] = {
    system.__name__: system for system in (alone, beside_a_timer, for_a_message, beside_work, busy, sparse, in_a_thread)
}
