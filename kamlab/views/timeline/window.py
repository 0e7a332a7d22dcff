"""The window of steps that a space-time diagram shows, and what has to be read for it.

The cost does not grow with the run. While every record is kept, the history reads only what is new, and answers. The
ring of a free run slides all the time, so the history would have to read all of it at each look, while the lab waits.
There an *excerpt* is read instead: the records of the window and some before it, up to now. Read by the same class of
history it gives the same answers, except that it does not know what is older: a message that was sent before the
excerpt began comes from nowhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from ...analysis.causality import Causality
from ...analysis.history import History, history_of
from ...core.events import RESUMED
from ...core.trace import Trace
from ...core.world import World

#: How many steps are shown by default, and how many at most: one by one, and as counts.
STEPS = 40
FINE = 400
WIDEST = 20_000
#: Into how many parts a window is divided whose slices are counted, and the whole run.
BINS = 100
#: Up to this many components each has a row, whether it did anything or not.
FEW = 12
#: How many records before the window are read in a free run, to find the senders of messages taken in it; and before
#: the events whose order is asked for.
MARGIN = 200
#: How far apart, in records, two events may be for their order to be determined.
FAR = 20_000
#: How many lifelines are shown by default, and how many messages at most: the newest.
LINES = 24
MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be seen of a run.

    Attributes:
        first, last: the first and the last step. With only one of the two, ``steps`` are shown; with neither, the
            last ones, or those around ``at``. At most 20,000 are shown, and only those that are known.
        at: the step to look at; by default, the one where the lab is.
        event: the number of an event: the diagram says what happened before it and after it, unless it is more than
            20,000 events away from what is shown.
        lines: the most lifelines to show: those of the components that did most in these steps.
        find: show only messages with this text, in their own words or in the name of an end, and components that are
            called so or exchange such messages.
        everyone: show also those that did nothing, where there are many components.
        steps: how many steps are shown where not both ends are given.
        messages: the most messages to show: the newest.
    """

    first: int | None = None
    last: int | None = None
    at: int | None = None
    event: int | None = None
    lines: int = LINES
    find: str = ""
    everyone: bool = False
    steps: int = STEPS
    messages: int = MESSAGES


class Excerpt:
    """The newest records of a trace, read as if they were a trace of their own.

    Args:
        trace: the trace.
        records: its newest records.
        first: the number of the first of them.
    """

    #: Nothing is added to it.
    complete = True
    #: Only the copy of a trace whose slice runs has these.
    tail: tuple[Any, ...] = ()
    unsettled: Mapping[Any, int] = MappingProxyType({})

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
        """Return the changes that no event records."""
        return self._trace.changes(first)

    def from_outside(self, number: int) -> bool:
        """Return whether an event happened while the world stood still."""
        return self._trace.from_outside(number)


@dataclass(frozen=True)
class Known:
    """A window of steps, a history that covers it, and the earliest and latest steps that are known."""

    history: History
    first: int
    last: int
    earliest: int
    latest: int

    def order(self, numbers: Iterable[int]) -> Causality | None:
        """Return the causal order of these events; ``None`` if they are too far from one another."""
        history = self.history
        first, last = min(numbers), max(numbers)
        if last - first > FAR:
            return None
        begin = bisect_right(history.starts, max(history.first, first - MARGIN)) - 1
        return Causality(Stretch(history, history.starts[begin] if begin >= 0 else history.first, last + 1))


class Stretch(History):
    """A stretch of a history, for the order of the events in it.

    What leads from one event to another lies between them, so older records need not be read: vector clocks of a
    million events take a minute. What woke a component in the round in which the stretch begins may be missing, so it
    begins some way before the events that are asked about.
    """

    def __init__(self, history: History, first: int, end: int) -> None:
        self.trace: Trace = history.trace
        self.first, self.next_number = first, end
        self.records: list[Any] = history.records[first - history.first : end - history.first]
        self.arrival_of: dict[int, int] = history.arrival_of

    def look(self) -> Self:
        """Return this: it does not grow."""
        return self


def known_around(lab: World, wish: Wish) -> Known:
    """Return a window of steps, cut to the known ones; under the lab's lock."""
    if lab.trace.complete:
        history = history_of(lab)
        earliest, latest = history.earliest, history.latest
        return Known(history, *window(earliest, latest, wish, WIDEST), earliest, latest)
    known = lab.trace.known_from
    records = lab.trace.records_from(known)
    earliest, latest = _ends(lab, known, records)
    begin, end = window(earliest, latest, wish, FINE)
    start = _start(records, begin)
    if wish.event is not None and wish.event >= known:
        start = min(start, wish.event - known)
    start = max(0, start - MARGIN)
    excerpt: Any = Excerpt(lab.trace, records[start:], known + start)
    return Known(History(excerpt, lab.scheduler), begin, end, earliest, latest)


def window(earliest: int, latest: int, wish: Wish, widest: int) -> tuple[int, int]:
    """Return the first and the last step of a window, within those that are known.

    >>> window(0, 100, Wish(), 99), window(0, 100, Wish(at=30), 99), window(0, 10, Wish(5, 99), 99)
    ((61, 100), (10, 49), (5, 10))
    """
    first, last, at, steps = wish.first, wish.last, wish.at, wish.steps
    if first is None and last is None and at is not None and at <= latest - steps:
        first = max(earliest, at - steps // 2)
    if last is None:
        last = latest if first is None else first + steps - 1
    if first is None:
        first = last - steps + 1
    last = min(max(last, earliest), latest)
    return min(max(first, earliest, last - widest + 1), last), last


def _ends(lab: World, known: int, records: list[Any]) -> tuple[int, int]:
    """Return the earliest and the latest step of these records."""
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
