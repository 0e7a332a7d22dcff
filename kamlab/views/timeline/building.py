"""Building a space-time diagram from the records of a window of steps.

The cost does not grow with the run. While every record is kept, the history reads only what is new, and answers. The
ring of a free run slides all the time, so the history would have to read all of it at each look, while the lab waits.
There an *excerpt* is read instead: the records of the window and some before it, up to now. Read by the same class of
history it gives the same answers, except that it does not know what is older: a message that was sent before the
excerpt began comes from nowhere.

The records of the window are read once (:class:`Seen`). The ends of a message are noted as components; which of them
get a lifeline is decided later, when it is known how much each of them did.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Self

from ...analysis.causality import Causality
from ...analysis.history import History, history_of
from ...core.describe import describe, name_of, shorten
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
from ...core.naming import given_name, whose
from ...core.reading import reads
from ...core.task import task_of
from ...core.trace import Trace
from ...core.world import World
from ..components import key_of
from ..printable import label
from . import records
from .model import Timeline
from .records import OUTSIDE, Lifeline, Mark, Passage, Place, Ran

#: How many steps are shown by default, and how many at most.
STEPS = 40
WIDEST = 400
#: How many records before the window are read in a free run, to find the senders of messages taken in it; and before
#: the events whose order is asked for.
MARGIN = 200
#: How far apart, in records, two events may be for their order to be determined.
FAR = 20_000
#: How many lifelines are shown by default, and how many messages and marks at most: the newest.
LINES = 24
MESSAGES = 200
MARKS = 200
#: The most characters of the text of a message, and of a mark.
TEXT = 40
SENTENCE = 100
#: How many records are searched for the component that put a message in.
BACK = 50

_BETWEEN = (PAUSED, WOKEN, ACTIVATED, TIMER)
_MARKS = (ACTIVATED, FAILED, FINISHED)


@reads()
def timeline_of(
    lab: World,
    first: int | None = None,
    last: int | None = None,
    at: int | None = None,
    event: int | None = None,
    lines: int = LINES,
) -> Timeline:
    """Return the space-time diagram of a lab; of a running lab, as it is between two slices.

    Args:
        lab: the lab.
        first: the first step to show.
        last: the last step to show. With only one of the two, 40 steps are shown; with neither, the last 40, or 40
            steps around ``at``. At most 400 steps are shown, and only those that are known.
        at: the step to look at; by default, the one where the lab is.
        event: the number of an event: the diagram says what happened before it and after it, unless it is more than
            20,000 events away from what is shown.
        lines: the most lifelines to show: those of the components that did most in these steps.

    >>> from kamlab import Component, Lab, Pipeline
    >>> class Hello(Component):
    ...     def main(self):
    ...         self.send("hello")
    ...         yield
    >>> class Keep(Component):
    ...     async def main(self):
    ...         self.kept = await self.receive()
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(Hello(), Keep()).activate()
    ...     _ = lab.run()
    ...     [(message.text, message.box, message.fate) for message in timeline_of(lab).messages][:1]
    [("'hello'", 'Keep_3.inbox', 'taken')]
    """
    known = known_around(lab, first, last, at, event)
    drawing = _Drawing(known, lines)
    return drawing.timeline(known.latest if at is None else at, lab.scheduler.step, event)


# -- the known window ---------------------------------------------------------------------------------


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


def known_around(lab: World, first: int | None, last: int | None, at: int | None, event: int | None) -> Known:
    """Return a window of steps, cut to the known ones; under the lab's lock.

    Args:
        lab: the lab.
        first: the first step; by default, so that :data:`STEPS` are shown.
        last: the last step; by default, the latest one, or so that ``at`` is in the window.
        at: a step in the window, if neither end is given.
        event: the number of an event that has to be known too.
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


# -- what happens in the window -----------------------------------------------------------------------


@dataclass(slots=True)
class Way:
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

    ``did`` counts what each component did in it.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.history = known.history
        self.did: Counter[Any] = Counter()
        self.slices: list[tuple[int, Any, int]] = []
        self.ways: list[Way] = []
        self.marks: list[tuple[int, Any, int, str]] = []
        self._failed: set[Any] = set()
        self._begin, self._end = self._range()
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

    def _read(self) -> None:
        step = self.history.step_of(self._begin) if self._begin < self._end else self.known.first
        for number, record in enumerate(self.history.records_between(self._begin, self._end), self._begin):
            kind = record[0]
            if kind is RESUMED:
                step = record[1]
                who = whose(record[3])
                self.slices.append((step, who, number))
                self.did[who] += 1
            elif kind is SENT or kind is INSERTED:
                self._came(number, record, step)
            elif kind is DISCARDED:
                start = (record[1].owner, step)
                self._add(Way(number, None, start, None, record[1], record[3], records.DISCARDED))
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
            self._add(Way(number, took, (self._sender(number, record), step), end, box, message, fate))
            return
        way.took, way.end, way.box, way.fate = took, end, box, fate
        self.did[box.owner] += 1

    def _goes_on(self, number: int, record: Any) -> Way | None:
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
        self._add(Way(n, number, start, end, record[1], record[2], self._fate(number)))

    def _add(self, way: Way) -> None:
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


# -- the diagram --------------------------------------------------------------------------------------


class _Drawing:
    """The diagram of a window, with a limited number of lifelines."""

    def __init__(self, known: Known, lines: int) -> None:
        self.known = known
        self.history = known.history
        self.seen = Seen(known)
        self._box_names: dict[Any, str] = {}
        self.shown, self.more = self._chosen(lines)
        self.place = {component: index for index, component in enumerate(self.shown)}

    def timeline(self, at: int, here: int, event: int | None) -> Timeline:
        """Return the diagram."""
        known, place = self.known, self.place
        ways = [way for way in self.seen.ways if self._has_end(way)]
        marks = [mark for mark in self.seen.marks if mark[1] in place][-MARKS:]
        made = Timeline(
            first=known.first,
            last=known.last,
            earliest=known.earliest,
            latest=known.latest,
            at=at,
            here=here,
            lines=tuple(map(self._lifeline, self.shown)),
            more=self.more,
            slices=tuple([Ran(step, place[who], number) for step, who, number in self.seen.slices if who in place]),
            messages=tuple(map(self._passage, ways[-MESSAGES:])),
            more_messages=max(0, len(ways) - MESSAGES),
            marks=tuple(Mark(number, place[who], step, kind, self._words(number)) for number, who, step, kind in marks),
        )
        return self._with_order(made, event)

    def _chosen(self, lines: int) -> tuple[list[Any], int]:
        """Return the components with a lifeline, in order, and the number of those without; ``None`` is the outside."""
        did = self.seen.did
        everyone = [component for component in did if component is not None]
        shown = everyone
        if len(everyone) > lines:
            shown = sorted(everyone, key=lambda component: (-did[component], _order(component)))[: max(0, lines)]
        outside = [None] if None in did else []
        return [*outside, *sorted(shown, key=_order)], len(everyone) - len(shown)

    def _has_end(self, way: Way) -> bool:
        ends = [end[0] for end in (way.start, way.end) if end is not None and end[0] is not None]
        return not self.place.keys().isdisjoint(ends)

    def _lifeline(self, component: Any) -> Lifeline:
        if component is None:
            return Lifeline(OUTSIDE, "outside")
        return Lifeline(key_of(component), _name(component))

    def _passage(self, way: Way) -> Passage:
        box, said = way.box, self.history.said(way.number)
        if box not in self._box_names:
            self._box_names[box] = f"{_name(box.owner)}.{label(str(box.name), TEXT)}"
        return Passage(
            way.number,
            way.took,
            self._placed(way.start),
            self._placed(way.end),
            self._box_names[box],
            label(shorten(way.message, TEXT) if said is None else said, TEXT),
            way.fate,
        )

    def _placed(self, end: tuple[Any, int] | None) -> Place | None:
        return (self.place[end[0]], end[1]) if end is not None and end[0] in self.place else None

    def _words(self, number: int) -> str:
        return label(describe(self.history.event(number)), SENTENCE)

    def _with_order(self, made: Timeline, event: int | None) -> Timeline:
        """Add what happened before an event and after it, if the event is known."""
        history = self.history
        if event is None or not history.first <= event < history.next_number:
            return made
        numbers = {ran.number for ran in made.slices}
        numbers.update(message.number for message in made.messages)
        numbers.update(mark.number for mark in made.marks)
        numbers.update(message.took for message in made.messages if message.took is not None)
        shown = sorted(number for number in numbers if history.first <= number < history.next_number)
        order = self.known.order([event, *shown])
        if order is None:
            return replace(made, event=event)
        return replace(
            made,
            event=event,
            before=tuple(number for number in shown if order.before(number, event)),
            after=tuple(number for number in shown if order.before(event, number)),
        )


def _name(component: Any) -> str:
    return label(given_name(component) or name_of(component), TEXT)


def _order(component: Any) -> tuple[int, str]:
    """Return a sort key: the number of a component; those without one come last."""
    return task_of(component).number or 1 << 60, name_of(component)
