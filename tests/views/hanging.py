"""Labs whose slice does not end, in three ways, for as long as a test looks at them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kamlab import Component, Lab, Pipeline
from tests.conftest import eventually


class Hangs(Component):
    """Sends a message in a slice of its own, and then hangs until ``let_go``."""

    def __init__(self) -> None:
        super().__init__(name="hangs")
        self.over = threading.Event()
        self.gate: queue.Queue[None] = queue.Queue()

    def let_go(self) -> None:
        """End the slice."""
        self.over.set()
        self.gate.put(None)

    def main(self) -> Iterator[None]:
        self.send("one")
        yield
        self.hang()
        yield

    def hang(self) -> None:
        """Do not come back."""
        raise NotImplementedError


class Blocks(Hangs):
    """Waits for a queue."""

    def hang(self) -> None:
        self.gate.get()


class Spins(Hangs):
    """Computes for ever."""

    def hang(self) -> None:
        while not self.over.is_set():
            pass


class Floods(Hangs):
    """Sends for ever; what is more than a test's memory holds leads nowhere."""

    Outboxes = ("outbox", "signal", "spill")

    def hang(self) -> None:
        sent = 0
        while not self.over.is_set():
            sent += 1
            self.send(sent, "outbox" if sent < 50_000 else "spill")


class Keeps(Component):
    """Takes nothing."""

    def main(self) -> Iterator[None]:
        while True:
            self.pause()
            yield


KINDS: dict[str, type[Hangs]] = {"blocks": Blocks, "spins": Spins, "floods": Floods}


@contextmanager
def hanging(kind: str, long: float = 2.0) -> Iterator[Lab]:
    """Yield a lab whose slice has hung for ``long`` seconds; it ends at the end of the ``with``."""
    made: list[Hangs] = []

    def build() -> None:
        made.append(KINDS[kind]())
        Pipeline(made[-1], Keeps(name="keeps")).activate()

    lab = Lab(build=build)
    lab.slice_limit = (None, None)  # no bound ends the slice
    lab.start()
    try:
        assert eventually(lambda: (slice := lab.runtime.long_slice()) is not None and slice.seconds >= long)
        yield lab
    finally:
        for component in made:
            component.let_go()
        assert lab.pause(60)
        lab.stop()


def within(seconds: float, look: Callable[[], Any]) -> Any:
    """Return what a call returns; fail if it does not come back in time, with the slice still hanging."""
    found: list[Any] = []

    def call() -> None:
        try:
            found.append(look())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, f"it has not come back in {seconds} s"
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]
