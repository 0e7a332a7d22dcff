"""What is known of a lab's run around a window of steps, at a cost that does not grow with the run.

While every record is kept, the history takes in only what is new, and is asked. The ring of a free run
slides all the time, and then the history would go through all of it at each look, while the lab waits. So
there an *excerpt* is read: the records of the window and some before it, up to now. Read by the very same
history it gives the same answers, but that it does not know what is older than it: a message that was sent
before the excerpt began comes from nowhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from ...analysis.causality import Causality
from ...analysis.history import History, history_of
from ...core.events import RESUMED
from ...core.trace import Trace
from ...core.world import World

#: How many steps are shown unless told, and how many at most.
STEPS = 40
WIDEST = 400
#: How many records before the window are read in a free run, to see who sent what was taken in it; and before
#: the events whose order is asked for.
MARGIN = 200
#: How many records may lie between an event and those whose order to it is told.
FAR = 20_000


class Excerpt:
    """The newest records of a trace, to be read as if they were a trace of their own.

    Args:
        trace: the trace.
        records: its newest records.
        first: the number of the first of them.
    """

    #: It is as it is, and nothing is added.
    complete = True

    def __init__(self, trace: Trace, records: list[Any], first: int) -> None:
        self._trace = trace
        self._records = records
        self.known_from = first
        self.next_number: int = first + len(records)
        self.before: tuple[int, float] = trace.before

    def records_from(self, number: int) -> list[Any]:
        """Return the records from a number on."""
        return self._records[max(0, number - self.known_from) :]

    def changes(self, first: int = 0) -> list[Any]:
        """Return the changes of which no event tells."""
        return self._trace.changes(first)

    def from_outside(self, number: int) -> bool:
        """Return whether an event happened while the world stood still."""
        return self._trace.from_outside(number)


@dataclass(frozen=True)
class Known:
    """A history that reaches over a window, the window, and which steps are known at all."""

    history: History
    first: int
    last: int
    earliest: int
    latest: int

    def order(self, numbers: Iterable[int]) -> Causality | None:
        """Return what happened before what among these events; ``None`` if they are too far from one another."""
        history = self.history
        first, last = min(numbers), max(numbers)
        if last - first > FAR:
            return None
        begin = bisect_right(history.starts, max(history.first, first - MARGIN)) - 1
        return Causality(Stretch(history, history.starts[begin] if begin >= 0 else history.first, last + 1))


class Stretch(History):
    """A stretch of a history, for the order of the events in it.

    What leads from one event to another lies between them, so what is older need not be gone through: vector clocks
    of a million events take a minute. What woke a component in the very round in which the stretch begins may be
    missing; so it begins some way before the events that are asked about.
    """

    def __init__(self, history: History, first: int, end: int) -> None:
        self.trace: Trace = history.trace
        self.first, self.next_number = first, end
        self.records: list[Any] = history.records[first - history.first : end - history.first]
        self.arrival_of: dict[int, int] = history.arrival_of

    def look(self) -> Self:
        """Return this: it does not grow."""
        return self


def known_around(lab: World, first: int | None, last: int | None, at: int | None, event: int | None) -> Known:
    """Return what is known of a window of steps; it is cut to what is known. Whoever calls holds the lab's lock.

    Args:
        lab: the lab.
        first: the first step; so many before the last as are shown unless told.
        last: the last step; the latest unless told, or the window is where ``at`` is.
        at: a step that is to be in the window if neither end is told.
        event: the number of an event that is to be known too.
    """
    if lab.trace.complete:
        history = history_of(lab)
        earliest, latest = history.earliest, history.latest
        return Known(history, *window(earliest, latest, first, last, at), earliest, latest)
    known = lab.trace.known_from
    records = lab.trace.records_from(known)
    earliest, latest = _ends(lab, known, records)
    begin, end = window(earliest, latest, first, last, at)
    start = _start(records, begin)
    if event is not None and event >= known:
        start = min(start, event - known)
    start = max(0, start - MARGIN)
    excerpt: Any = Excerpt(lab.trace, records[start:], known + start)
    return Known(History(excerpt, lab.scheduler), begin, end, earliest, latest)


def window(earliest: int, latest: int, first: int | None, last: int | None, at: int | None) -> tuple[int, int]:
    """Return the first and the last step of a window, within those that are known.

    >>> window(0, 100, None, None, None), window(0, 100, None, None, 30), window(0, 10, 5, 99, None)
    ((61, 100), (10, 49), (5, 10))
    """
    if first is None and last is None and at is not None and at <= latest - STEPS:
        first = max(earliest, at - STEPS // 2)
    if last is None:
        last = latest if first is None else first + STEPS - 1
    if first is None:
        first = last - STEPS + 1
    last = min(max(last, earliest), latest)
    return min(max(first, earliest, last - WIDEST + 1), last), last


def _ends(lab: World, known: int, records: list[Any]) -> tuple[int, int]:
    """Return the earliest and the latest step that records tell of."""
    latest = next((record[1] for record in reversed(records) if record[0] is RESUMED), lab.scheduler.step)
    if known == 0:
        return 0, latest
    return next((record[1] - 1 for record in records if record[0] is RESUMED), latest), latest


def _start(records: list[Any], step: int) -> int:
    """Return where the records of a step begin."""
    start = len(records)
    for place in range(len(records) - 1, -1, -1):
        record = records[place]
        if record[0] is RESUMED:
            if record[1] < step:
                return start
            start = place
    return 0
