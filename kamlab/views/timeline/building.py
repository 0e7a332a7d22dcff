"""Building a space-time diagram from the records of a window of steps.

The cost does not grow with the run. While every record is kept, the history reads only what is new, and answers. The
ring of a free run slides all the time, so the history would have to read all of it at each look, while the lab waits.
There an *excerpt* is read instead: the records of the window and some before it, up to now. Read by the same class of
history it gives the same answers, except that it does not know what is older: a message that was sent before the
excerpt began comes from nowhere.

The records of the window are read once (:class:`Seen`). The ends of a message are noted as components; which of them
get a lifeline is decided later, when it is known how much each of them did. A window of more than :data:`FINE` steps
is read as counts: how many slices each component had in each part of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Self

from ...analysis.causality import Causality
from ...analysis.history import History, history_of
from ...core.component import Component
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
from ...core.states import ENDED
from ...core.task import task_of
from ...core.trace import Trace
from ...core.world import World
from ..components import key_of
from ..printable import label
from . import records
from .model import Timeline
from .records import OUTSIDE, Lifeline, Mark, Passage, Place, Ran

#: How many steps are shown by default, and how many at most: one by one, and as counts.
STEPS = 40
FINE = 400
WIDEST = 20_000
#: Into how many parts a window is divided whose slices are counted, and the whole run.
BINS = 100
#: Up to this many components each has a row, whether it did anything or not.
FEW = 12
#: How many records before the window are read in a free run, to find the senders of what was taken in it; and before
#: the events whose order is asked for.
MARGIN = 200
#: How many records may lie between an event and those whose order to it is determined.
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


@reads()
def timeline_of(lab: World, /, first: int | None = None, last: int | None = None, **wish: Any) -> Timeline:
    """Return the space-time diagram of a lab; of a running lab, as it is between two slices.

    Args:
        lab: the lab.
        first, last: the steps to show.
        wish: what else is wanted; see :class:`Wish`.

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
    wanted = Wish(first, last, **wish)
    known = known_around(lab, wanted)
    return _Drawing(known, wanted).timeline(lab.scheduler.step)


# -- what is known ------------------------------------------------------------------------------------


class Excerpt:
    """The newest records of a trace, read as if they were a trace of their own.

    Args:
        trace: the trace.
        records: its newest records.
        first: the number of the first of them.
    """

    #: Nothing is added to it.
    complete = True
    #: It is no copy of a trace whose slice runs.
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
    """Return a window of steps, cut to what is known; under the lab's lock."""
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
    """What happens in a window: slices, messages in transit, and what is marked.

    ``did`` counts the part of each component in it.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.history = known.history
        self.did: Counter[Any] = Counter()
        self.slices: list[tuple[int, Any, int]] = []
        self.ways: list[Way] = []
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
        """Return the way of a message that was only moved: out of one box, and at once into another."""
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
            if component in self._failed:  # told already, with the error
                return
        elif kind is FAILED:
            self._failed.add(component)
        self.did[component] += 1
        self.marks.append((number, component, step, kind))

    def _by_hand(self, number: int, record: Any, step: int) -> None:
        if record[0] is REMOVED and self.history.goes_on(number) is not None:
            return  # one act: what was taken out is put in again
        self.did[record[1].owner] += 1
        self.marks.append((number, record[1].owner, step, "by hand"))


# -- the diagram --------------------------------------------------------------------------------------


class _Drawing:
    """The diagram of a window, with at most so many lifelines."""

    def __init__(self, known: Known, wish: Wish) -> None:
        self.known = known
        self.history = known.history
        self.wish = wish
        self.seen = Seen(known)
        self._names: dict[Any, str] = {}
        self._end = self.seen.end - 1
        self.ways = self._found(self.seen.ways)
        self.shown, self.more, self.quiet = self._chosen()
        self.place = {component: index for index, component in enumerate(self.shown)}

    def timeline(self, here: int) -> Timeline:
        """Return the diagram."""
        known, place, seen = self.known, self.place, self.seen
        ways = [way for way in self.ways if self._has_end(way)]
        marks = [mark for mark in seen.marks if mark[1] in place][-MARKS:]
        counts: list[Counter[int]] = [seen.counts.get(who, Counter()) for who in self.shown] if seen.counts else []
        made = Timeline(
            first=known.first,
            last=known.last,
            earliest=known.earliest,
            latest=known.latest,
            at=known.latest if self.wish.at is None else self.wish.at,
            here=here,
            lines=tuple(map(self._lifeline, self.shown)),
            more=self.more,
            quiet=self.quiet,
            slices=tuple([Ran(step, place[who], number) for step, who, number in seen.slices if who in place]),
            messages=tuple(map(self._passage, ways[-self.wish.messages :])),
            more_messages=max(0, len(ways) - self.wish.messages),
            marks=tuple(Mark(number, place[who], step, kind, self._words(number)) for number, who, step, kind in marks),
            bin=seen.bin if seen.counts else 0,
            counts=tuple(tuple(count[part] for part in range(BINS)) for count in counts),
            find=self.wish.find,
        )
        return self._with_order(made)

    # -- which rows there are ---------------------------------------------------------------------

    def _found(self, ways: list[Way]) -> list[Way]:
        """Return the messages that match what is to be found."""
        find = self.wish.find.casefold()
        if not find:
            return ways
        return [
            way
            for way in ways
            if find in f"{self._said(way)}\n{self._box(way.box)}".casefold()
            or any(end is not None and self._is_called(end[0], find) for end in (way.start, way.end))
        ]

    def _is_called(self, component: Any, find: str) -> bool:
        return component is not None and find in self._name(component).casefold()

    def _chosen(self) -> tuple[list[Any], int, int]:
        """Return who has a lifeline, in order, how many more did something, and how many did nothing.

        ``None`` is the outside. Where there are few components, those that did nothing have a line too, so that lines
        do not come and go while the window moves.
        """
        did, find = self.seen.did, self.wish.find.casefold()
        busy = [component for component in did if component is not None]
        quiet = [component for component in self._everyone() if component not in did]
        ends = [end[0] for way in self.ways for end in (way.start, way.end) if end is not None]
        if find:
            sought = {end for end in ends if end is not None}
            busy = [component for component in busy if component in sought or self._is_called(component, find)]
            quiet = [component for component in quiet if self._is_called(component, find)]
        if self.wish.everyone or find or len(busy) + len(quiet) <= FEW:
            busy, quiet = busy + quiet, []
        lines = max(0, self.wish.lines)
        shown = busy if len(busy) <= lines else sorted(busy, key=lambda who: (-did[who], _order(who)))[:lines]
        outside = [None] if None in ends else []
        return [*outside, *self._arranged(shown)], len(busy) - len(shown), len(quiet)

    def _everyone(self) -> list[Any]:
        """Return the components that had been activated by the end of the window, containers left out."""
        return [
            component
            for component, life in self.history.lives.items()
            if isinstance(component, Component)
            and whose(component) is component
            and life.at(self._end) is not None
            and not task_of(component).children
        ]

    def _arranged(self, shown: list[Any]) -> list[Any]:
        """Return components so that those that are linked are near one another.

        Links are followed in the order in which components were activated, from the first one on. The order depends
        on the links that there ever were and not on what the window shows, so that it stays while the window moves.
        """
        near: dict[Any, set[Any]] = {}
        for link in self.history.links:
            one, other = link.source, link.sink
            if task_of(one).parent is not other and task_of(other).parent is not one:
                near.setdefault(one, set()).add(other)
                near.setdefault(other, set()).add(one)
        placed: dict[Any, None] = {}
        ahead = sorted({*shown, *near}, key=_order, reverse=True)
        while ahead:
            component = ahead.pop()
            if component not in placed:
                placed[component] = None
                ahead += sorted(near.get(component, set()) - placed.keys(), key=_order, reverse=True)
        wanted = set(shown)
        return [component for component in placed if component in wanted]

    def _has_end(self, way: Way) -> bool:
        ends = [end[0] for end in (way.start, way.end) if end is not None and end[0] is not None]
        return not self.place.keys().isdisjoint(ends)

    # -- what is said of them ---------------------------------------------------------------------

    def _lifeline(self, component: Any) -> Lifeline:
        if component is None:
            return Lifeline(OUTSIDE, "outside")
        history, begins, ends = self.history, None, None
        about = history.about.get(component, ())
        if about and history.record(about[0])[0] is ACTIVATED:
            begins = history.step_of(about[0])
        life = history.lives.get(component)
        state = life.at(self._end) or "" if life is not None else ""
        if state in ENDED:
            ended = next(number for number in reversed(about) if history.record(number)[0] in (FAILED, FINISHED))
            ends = history.step_of(ended)
        return Lifeline(key_of(component), self._name(component), begins, ends, state if ends is not None else "")

    def _passage(self, way: Way) -> Passage:
        return Passage(
            way.number,
            way.took,
            self._placed(way.start),
            self._placed(way.end),
            self._box(way.box),
            self._said(way),
            way.fate,
        )

    def _said(self, way: Way) -> str:
        said = self.history.said(way.number)
        return label(shorten(way.message, TEXT) if said is None else said, TEXT)

    def _box(self, box: Any) -> str:
        return f"{self._name(box.owner)}.{label(str(box.name), TEXT)}"

    def _name(self, component: Any) -> str:
        if component not in self._names:
            self._names[component] = label(given_name(component) or name_of(component), TEXT)
        return self._names[component]

    def _placed(self, end: tuple[Any, int] | None) -> Place | None:
        return (self.place[end[0]], end[1]) if end is not None and end[0] in self.place else None

    def _words(self, number: int) -> str:
        return label(describe(self.history.event(number)), SENTENCE)

    def _with_order(self, made: Timeline) -> Timeline:
        """Add what happened before an event and after it, if the event is known."""
        history, event = self.history, self.wish.event
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


def density_of(lab: World) -> str:
    """Return how much happened in each of :data:`BINS` parts of a run, as digits; "" where not all of it is kept.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
    ...     _ = lab.step(4)
    ...     density_of(lab)
    '9123'
    """
    if not lab.trace.complete:
        return ""
    history = history_of(lab)
    starts = [*history.starts, history.next_number]
    slices, parts = len(history.starts), min(BINS, len(history.starts))
    edges = [slices * part // parts for part in range(parts + 1)] if parts else []
    rates = [(starts[end] - starts[begin]) / (end - begin) for begin, end in pairwise(edges)]
    most = max(rates, default=0)
    return "".join(str(round(9 * rate / most)) for rate in rates)


def _order(component: Any) -> tuple[int, str]:
    """Return a sort key: the number of a component; those without one come last."""
    return task_of(component).number or 1 << 60, name_of(component)
