"""The record of a free run has a bound in bytes: large messages are not held for as long as small ones."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.core import trace
from kamlab.core.errors import StepOutOfRange

SIZE = trace.LARGE


class Sends(Component):
    """Sends large messages, each a new one."""

    def __init__(self, count: int, make: Any) -> None:
        super().__init__()
        self.count, self.make = count, make

    def main(self) -> Any:
        for number in range(self.count):
            self.send(self.make(number))
            yield


class Takes(Component):
    """Takes them."""

    async def main(self) -> None:
        self.taken = 0
        while True:
            await self.receive()
            self.taken += 1


MAKERS = {
    "bytes": lambda number: bytes([number % 256]) * SIZE,
    "str": lambda number: chr(97 + number % 26) * SIZE,
    "bytearray": lambda number: bytearray([number % 256]) * SIZE,
}


def sizes(lab: Lab) -> int:
    """Return how many bytes of large messages the record holds, each counted once."""
    held = {id(event.message): event.message for event in lab.trace if event.kind in ("sent", "received")}
    return sum(len(message) for message in held.values() if isinstance(message, (bytes, str, bytearray)))


def run(lab: Lab, count: int, make: Any) -> Takes:
    """Run a system that sends so many large messages."""
    sends, takes = Sends(count, make), Takes()
    sends.link((sends, "outbox"), (takes, "inbox"))
    sends.activate(lab)
    takes.activate(lab)
    lab.run()
    return takes


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_a_free_run_holds_no_more_bytes_than_the_bound(kind: str, clock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After any number of large messages the record holds about as many bytes as it may, and all were delivered."""
    monkeypatch.setattr(trace, "BYTES", 5 * SIZE)
    with Lab(clock=clock) as lab:
        takes = run(lab, 200, MAKERS[kind])
        assert takes.taken == 200
        assert 0 < sizes(lab) <= 6 * SIZE
        assert not lab.trace.whole


def test_numbers_and_steps_stay_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of the record has the numbers and steps that it had, and what is gone is said to be gone."""
    monkeypatch.setattr(trace, "BYTES", 5 * SIZE)
    with Lab(clock="virtual") as lab:
        run(lab, 50, MAKERS["bytes"])
        events = lab.trace.events()
        assert [event.number for event in events] == list(range(events[0].number, events[0].number + len(events)))
        assert events[-1].step == lab.step_number
        assert events[0].number > 0
        first = lab.trace.first_step
        assert first is not None
        lab.snapshot(first)
        with pytest.raises(StepOutOfRange, match=f"The earliest step known is {first}"):
            lab.snapshot(first - 1)


def test_small_messages_are_held_as_before() -> None:
    """A run of small messages keeps as many records as the limit says."""
    with Lab(clock="virtual", trace_limit=500) as lab:
        run(lab, 1000, lambda number: b"small")
        assert len(lab.trace) == 500


def test_while_stepped_all_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who steps keeps the whole record, large messages as well."""
    monkeypatch.setattr(trace, "BYTES", 2 * SIZE)
    with Lab(clock="virtual") as lab:
        sends, takes = Sends(10, MAKERS["bytes"]), Takes()
        sends.link((sends, "outbox"), (takes, "inbox"))
        sends.activate()
        takes.activate()
        lab.step(30)
        assert lab.trace.whole
        assert sizes(lab) == 10 * SIZE


def test_what_was_taken_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large message that nobody holds any more is freed once enough others came."""
    monkeypatch.setattr(trace, "BYTES", 3 * SIZE)
    watched: list[Any] = []

    class Holds:
        """Something that a message refers to, to see when it is freed."""

    with Lab(clock="virtual") as lab:

        def make(number: int) -> Any:
            if number == 0:
                holder = Holds()
                watched.append(weakref.ref(holder))
                return (b"x" * SIZE, holder)
            return b"y" * SIZE

        run(lab, 100, make)
        gc.collect()
        assert watched[0]() is None
