"""What the tests of the parts share: run a part on messages, and see what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Lab, ProducerFinished


class Catcher(Component):
    """Keeps what it is sent. With a ``limit`` its inbox is limited, and it takes one message in three slices."""

    limit: int | None = None

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.data: list[Any] = []
        self.controls: list[Any] = []
        if self.limit is not None:
            self.set_inbox_size("inbox", self.limit)

    @property
    def kinds(self) -> list[str]:
        """The names of the types of the control messages."""
        return [type(message).__name__ for message in self.controls]

    def main(self) -> Iterator[None]:
        while True:
            if self.limit is None:
                self.data += self.messages("inbox")
            while self.data_ready("inbox"):
                for _ in range(3):
                    yield
                self.data.append(self.recv("inbox"))
            self.controls += self.messages("control")
            self.pause()
            yield


class Bench:
    """A part on the bench: what it is sent, and what comes out of it."""

    Catcher = Catcher

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def catch(self, part: Component, outbox: str = "outbox", signal: str = "signal", **argd: Any) -> Catcher:
        """Link a part to a catcher and activate both."""
        catcher = Catcher(**argd).activate()
        part.link((part, outbox), (catcher, "inbox"))
        part.link((part, signal), (catcher, "control"))
        part.activate()
        return catcher

    def settle(self) -> None:
        """Run until nothing can happen any more."""
        outcome = self.lab.run(timeout=20)
        assert outcome.reason in ("stuck", "finished"), outcome

    def feed(self, part: Component, *messages: Any, control: Any = None) -> None:
        """Send messages to a part, and one to its control together with the last, and let it work."""
        for message in messages:
            part.deliver(message)
        if control is not None:
            part.deliver(control, "control")
        self.settle()

    def outputs(self, part: Component, *messages: Any, **argd: Any) -> list[Any]:
        """Return what comes out of a part that gets messages and then ProducerFinished, all at once."""
        catcher = self.catch(part, **argd)
        self.feed(part, *messages, control=ProducerFinished())
        return catcher.data


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab that is current for the test, and stopped after it."""
    with Lab() as fresh:
        yield fresh


@pytest.fixture
def bench(lab: Lab) -> Bench:
    """The bench, in a fresh lab."""
    return Bench(lab)


class JumpingClock:
    """A clock that jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def wait(self, idle: Any, until: float | None) -> None:
        if until is None:
            idle.wait(None)
        else:
            self.time = max(self.time, until)


@pytest.fixture
def timed() -> Iterator[tuple[Lab, Callable[[Component], list[tuple[float, Any]]]]]:
    """A lab whose clock jumps, and a function to catch what a part sends, with the seconds since now."""

    class TimedCatcher(Component):
        def main(self) -> Iterator[None]:
            while True:
                self.log += [(round(clock.now() - began, 6), message) for message in self.messages("inbox")]
                self.pause()
                yield

    clock = JumpingClock()
    began = clock.now()

    def catch(part: Component) -> list[tuple[float, Any]]:
        log: list[tuple[float, Any]] = []
        catcher = TimedCatcher(log=log).activate()
        part.link((part, "outbox"), (catcher, "inbox"))
        part.activate()
        return log

    with Lab(clock=clock) as lab:
        yield lab, catch
