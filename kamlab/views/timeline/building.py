"""From a lab's records to a space-time diagram.

The records of the window are gone through once. Who is at the ends of a message is noted as components
first; which of them get a line is decided at the end, when it is known how much each of them did.
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
    describe,
    name_of,
    shorten,
)
from ...core.world import World
from ..keys import key_of
from ..quoting import label
from . import model
from .known import Known, known_around
from .model import OUTSIDE, Lifeline, Mark, Passage, Place, Ran, Timeline

#: How many lifelines are shown unless told, and how many messages and marks at most: the newest.
LINES = 24
MESSAGES = 200
MARKS = 200
#: How long the text of a message, and of a mark, may be.
TEXT = 40
SENTENCE = 100
#: How far back it is looked for who put a message in by itself.
BACK = 50

_BETWEEN = (PAUSED, WOKEN, ACTIVATED, TIMER)


def timeline_of(
    lab: World,
    first: int | None = None,
    last: int | None = None,
    at: int | None = None,
    event: int | None = None,
    lines: int = LINES,
) -> Timeline:
    """Return the space-time diagram of a lab, between two slices; one that runs may be looked at too.

    Args:
        lab: the lab.
        first: the first step to show.
        last: the last step to show. What is not told of the two is chosen so that 40 steps are shown; without
            both it is the last 40, or 40 steps around ``at``. At most 400 are shown, and only what is known.
        at: the step that is looked at; where the lab stands unless told.
        event: the number of an event: what happened before it and after it is told as well.
        lines: how many lifelines to show at most; those that did most in these steps.

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
    ...     [(each.text, each.box, each.fate) for each in timeline_of(lab).messages][:1]
    [("'hello'", 'Keep_3.inbox', 'taken')]
    """
    with lab.lock:
        known = known_around(lab, first, last, at, event)
        seen = _Seen(known)
        return seen.timeline(known.latest if at is None else at, lab.scheduler.step, event, lines)


@dataclass(slots=True)
class _Way:
    """A message on its way, its ends still components; ``None`` is the outside."""

    number: int
    took: int | None
    start: tuple[Any, int] | None
    end: tuple[Any, int] | None
    box: Any
    message: Any
    fate: str


class _Seen:
    """What happens in a window."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.history = known.history
        self.did: Counter[Any] = Counter()
        self.slices: list[tuple[int, Any, int]] = []
        self.ways: list[_Way] = []
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
        for number in range(self._begin, self._end):
            record = self.history.record(number)
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
                self._add(_Way(number, None, start, None, record[1], record[3], model.DISCARDED))
            elif kind is RECEIVED or kind is REMOVED:
                self._went(number, record, step)
            elif kind in _MARKS:
                self._happened(number, record, step)
            if (kind is INSERTED or kind is REMOVED) and record[3][1] != "linked":
                self._by_hand(number, record, step)

    def _came(self, number: int, record: Any, step: int) -> None:
        box, message = (record[2], record[3]) if record[0] is SENT else (record[1], record[2])
        took = self.history.departure_of.get(number)
        end, fate = (box.owner, step), model.WAITS
        if took is not None:
            end, fate = (box.owner, self.history.step_of(took)), self._fate(took)
        self._add(_Way(number, took, (self._sender(number, record), step), end, box, message, fate))

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
        self._add(_Way(n, number, start, end, record[1], record[2], self._fate(number)))

    def _add(self, way: _Way) -> None:
        self.ways.append(way)
        for end in (way.start, way.end):
            if end is not None:
                self.did[end[0]] += 1

    def _fate(self, departure: int) -> str:
        return model.TAKEN if self.history.record(departure)[0] is RECEIVED else model.REMOVED

    def _sender(self, number: int, record: Any) -> Any:
        """Return who put a message into an inbox; ``None`` for hands from outside."""
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
        kind, component, detail = record
        if component._awaited_by is not None:  # its life is a part of another's
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
        if record[0] is REMOVED and number + 1 < self.history.next_number:
            following = self.history.record(number + 1)
            if following[0] is INSERTED and following[3][1] == record[3][1]:
                return  # one act: what was taken out is put in again
        self.did[record[1].owner] += 1
        self.marks.append((number, record[1].owner, step, "by hand"))

    # -- drawing up -------------------------------------------------------------------------------

    def timeline(self, at: int, here: int, event: int | None, lines: int) -> Timeline:
        """Return the diagram, with so many lifelines."""
        known = self.known
        shown, more = self._chosen(lines)
        place = {component: index for index, component in enumerate(shown)}
        slices = tuple(Ran(step, place[who], number) for step, who, number in self.slices if who in place)
        ways = [each for each in self.ways if self._has_end(each, place)]
        marks = [each for each in self.marks if each[1] in place]
        made = Timeline(
            known.first,
            known.last,
            known.earliest,
            known.latest,
            at,
            here,
            tuple(map(_lifeline, shown)),
            more,
            slices,
            tuple(_passage(each, place) for each in ways[-MESSAGES:]),
            max(0, len(ways) - MESSAGES),
            tuple(
                Mark(number, place[who], step, kind, self._words(number)) for number, who, step, kind in marks[-MARKS:]
            ),
        )
        return self._with_order(made, event)

    def _chosen(self, lines: int) -> tuple[list[Any], int]:
        """Return who gets a lifeline, in order, and how many do not; ``None`` is the outside, and does not count."""
        everyone = [component for component in self.did if component is not None]
        shown = everyone
        if len(everyone) > lines:
            shown = sorted(everyone, key=lambda each: (-self.did[each], _order(each)))[: max(0, lines)]
        outside = [None] if None in self.did else []
        return [*outside, *sorted(shown, key=_order)], len(everyone) - len(shown)

    @staticmethod
    def _has_end(way: _Way, place: dict[Any, int]) -> bool:
        components = [end[0] for end in (way.start, way.end) if end is not None and end[0] is not None]
        return any(each in place for each in components)

    def _words(self, number: int) -> str:
        return label(describe(self.history.event(number)), SENTENCE)

    def _with_order(self, made: Timeline, event: int | None) -> Timeline:
        """Add what happened before an event, and after it, if it is known."""
        history = self.history
        if event is None or not history.first <= event < history.next_number:
            return made
        from dataclasses import replace

        order = self.known.order()
        numbers = {each.number for each in (*made.slices, *made.messages, *made.marks)}
        numbers.update(each.took for each in made.messages if each.took is not None)
        shown = sorted(number for number in numbers if history.first <= number < history.next_number)
        return replace(
            made,
            event=event,
            before=tuple(each for each in shown if order.before(each, event)),
            after=tuple(each for each in shown if order.before(event, each)),
        )


_MARKS = (ACTIVATED, FAILED, FINISHED)


def whose(microprocess: Any) -> Any:
    """Return the component whose line something belongs to: a generator is one with the component that waits for it."""
    while microprocess._awaited_by is not None:
        microprocess = microprocess._awaited_by
    return microprocess


def _order(component: Any) -> tuple[int, str]:
    """Return what to sort components by: their numbers; who has none yet comes last."""
    return component._number or 1 << 60, name_of(component)


def _lifeline(component: Any) -> Lifeline:
    if component is None:
        return Lifeline(OUTSIDE, "outside")
    return Lifeline(key_of(component), label(name_of(component), TEXT))


def _passage(way: _Way, place: dict[Any, int]) -> Passage:
    owner = label(name_of(way.box.owner), TEXT)
    return Passage(
        way.number,
        way.took,
        _place(way.start, place),
        _place(way.end, place),
        f"{owner}.{label(str(way.box.name), TEXT)}",
        label(shorten(way.message, TEXT), TEXT),
        way.fate,
    )


def _place(end: tuple[Any, int] | None, place: dict[Any, int]) -> Place | None:
    return (place[end[0]], end[1]) if end is not None and end[0] in place else None
