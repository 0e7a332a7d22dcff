"""What happens in a window of steps: slices, messages in transit, and what is marked.

The records of the window are read once. The ends of a message are noted as components; which of them get a lifeline is
decided later, when it is known how much each of them did. A window of more than :data:`.window.FINE` steps is read as
counts: how many slices each component had in each part of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ...core.events import (
    ACTIVATED,
    DISCARDED,
    FAILED,
    FINISHED,
    INSERTED,
    PAUSED,
    RECEIVED,
    REMOVED,
    RESUMED,
    SENT,
    TIMER,
    WOKEN,
)
from ...core.naming import whose
from . import records
from .window import BINS, FINE, Known

#: How many records are searched for the component that put a message in.
BACK = 50

_BETWEEN = (PAUSED, WOKEN, ACTIVATED, TIMER)
_MARKS = (ACTIVATED, FAILED, FINISHED)


@dataclass(slots=True)
class Transit:
    """A message in transit whose ends are components; ``None`` is the outside."""

    number: int
    took: int | None
    start: tuple[Any, int] | None
    end: tuple[Any, int] | None
    box: Any
    message: Any
    fate: str


class Seen:
    """The events in a window: slices, messages in transit, and marks.

    ``did`` counts what each component did in it, ``ran`` is when each had its last slice.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.history = known.history
        self.did: Counter[Any] = Counter()
        self.ran: dict[Any, int] = {}
        self.slices: list[tuple[int, Any, int]] = []
        self.ways: list[Transit] = []
        self.marks: list[tuple[int, Any, int, str]] = []
        self._failed: set[Any] = set()
        #: Per component: how many slices it had in each part of the window; empty where they are shown one by one.
        self.counts: dict[Any, Counter[int]] = {}
        self.bin = -(-(known.last - known.first + 1) // BINS)
        self._begin, self.end = self._range()
        if known.last - known.first >= FINE:
            self._count()
        else:
            self._read()

    def _range(self) -> tuple[int, int]:
        """Return the numbers of the first record of the window and of the first after it."""
        history, known = self.history, self.known
        begin, end = bisect_left(history.steps, known.first), bisect_right(history.steps, known.last)
        first = history.first if known.first <= history.earliest else self._number(begin)
        return first, self._number(end)

    def _number(self, place: int) -> int:
        starts = self.history.starts
        return starts[place] if place < len(starts) else self.history.next_number

    # -- reading ----------------------------------------------------------------------------------

    def _count(self) -> None:
        """Count the slices of each component in each part of the window."""
        history, first, last = self.history, self.known.first, self.known.last
        begin, end = bisect_left(history.steps, first), bisect_right(history.steps, last)
        for microprocess, places in history.slices.items():
            counts = self.counts.setdefault(whose(microprocess), Counter())
            for place in places[bisect_left(places, begin) : bisect_left(places, end)]:
                counts[(history.steps[place] - first) // self.bin] += 1
        for component, counts in self.counts.items():
            if counts:
                self.did[component] = counts.total()

    def _read(self) -> None:
        step = self.history.step_of(self._begin) if self._begin < self.end else self.known.first
        for number, record in enumerate(self.history.records_between(self._begin, self.end), self._begin):
            kind = record[0]
            if kind is RESUMED:
                step = record[1]
                who = whose(record[3])
                self.slices.append((step, who, number))
                self.did[who] += 1
                self.ran[who] = step
            elif kind is SENT or kind is INSERTED:
                self._came(number, record, step)
            elif kind is DISCARDED:
                start = (record[1].owner, step)
                self._add(Transit(number, None, start, None, record[1], record[3], records.DISCARDED))
            elif kind is RECEIVED or kind is REMOVED:
                self._went(number, record, step)
            elif kind in _MARKS:
                self._happened(number, record, step)
            if (kind is INSERTED or kind is REMOVED) and record[3][1] != "linked":
                self._by_hand(number, record, step)

    def _came(self, number: int, record: Any, step: int) -> None:
        box, message = (record[2], record[3]) if record[0] is SENT else (record[1], record[2])
        took = self.history.departure_of.get(number)
        end, fate = (box.owner, step), records.WAITS
        if took is not None:
            end, fate = (box.owner, self.history.step_of(took)), self._fate(took)
        way = self._goes_on(number, record)
        if way is None:
            self._add(Transit(number, took, (self._sender(number, record), step), end, box, message, fate))
            return
        way.took, way.end, way.box, way.fate = took, end, box, fate
        self.did[box.owner] += 1

    def _goes_on(self, number: int, record: Any) -> Transit | None:
        """Return the way of a message that was only moved: out of one box and directly into another."""
        removal = self.history.removal_before(number) if record[0] is INSERTED else None
        if removal is None or self.history.record(removal)[2] is not record[2]:
            return None
        return next((way for way in reversed(self.ways) if way.took == removal), None)

    def _went(self, number: int, record: Any, step: int) -> None:
        """Note a message that came before the window; others were noted when they came."""
        arrival = self.history.arrival_of.get(number, -1)
        if arrival >= self._begin:
            return
        start = None
        if arrival >= self.history.first:
            start = (self._sender(arrival, self.history.record(arrival)), self.history.step_of(arrival))
        end = (record[1].owner, step)
        n = number if start is None else arrival
        self._add(Transit(n, number, start, end, record[1], record[2], self._fate(number)))

    def _add(self, way: Transit) -> None:
        self.ways.append(way)
        for end in (way.start, way.end):
            if end is not None:
                self.did[end[0]] += 1

    def _fate(self, departure: int) -> str:
        return records.TAKEN if self.history.record(departure)[0] is RECEIVED else records.REMOVED

    def _sender(self, number: int, record: Any) -> Any:
        """Return the component that put a message into an inbox; ``None`` for the outside."""
        if record[0] is SENT and record[1] is not None:
            return record[1].owner
        if record[0] is INSERTED and record[3][1] != "linked":
            return None
        if self.history.trace.from_outside(number):
            return None
        for back in range(number - 1, max(self.history.first, number - BACK) - 1, -1):
            before = self.history.record(back)
            if before[0] is RESUMED:
                return whose(before[3])
            if before[0] in _BETWEEN:
                return None
        return None

    def _happened(self, number: int, record: Any, step: int) -> None:
        kind, component, detail = record[:3]
        if whose(component) is not component:  # it runs for the component that waits for it
            return
        if kind is FINISHED:
            kind = detail
            if component in self._failed:  # noted already, with the error
                return
        elif kind is FAILED:
            self._failed.add(component)
        self.did[component] += 1
        self.marks.append((number, component, step, kind))

    def _by_hand(self, number: int, record: Any, step: int) -> None:
        if record[0] is REMOVED and self.history.goes_on(number) is not None:
            return  # one act: the message was taken out and is put in again
        self.did[record[1].owner] += 1
        self.marks.append((number, record[1].owner, step, "by hand"))
