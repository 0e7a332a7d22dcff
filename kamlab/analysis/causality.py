"""What happened before what: which events could have had a part in another, and which could not.

The order is Lamport's happened-before, told by vector clocks as Fidge and Mattern describe them (C. Fidge,
"Timestamps in message-passing systems that preserve the partial ordering", 1988; F. Mattern, "Virtual time
and global states of distributed systems", 1989). The participants are the components, and, as one more,
the outside: cells, and everything else that acts while no slice runs.

The direct causes of an event are:

- what its participant did before it; what happens in a slice belongs to the component whose slice it is,
  and pausing, waking, timers and activation to the one they happen to;
- of taking or removing a message: its arrival in that inbox, message by message, as they stood in it;
- of waking: the first message that arrived, or was taken, in that round, or the end of a child;
- of activation: what the component that activated it did last; where that is not on record, what all that ran in
  that round did;
- of something done to another component, as stopping it: what that one did last.

Where the trace cannot tell two cases apart it counts as ordered: what is called concurrent is so.

A clock is shared with the event before it until something new is learnt, so that a long run of events
that only follow one another costs nothing but its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..core.box import Inbox
from ..core.events import (
    ACTIVATED,
    CLOCK,
    DISCARDED,
    FINISHED,
    HELD,
    INSERTED,
    LINKED,
    PAUSED,
    RECEIVED,
    REMOVED,
    RESUMED,
    SENT,
    TIMER,
    UNLINKED,
    WOKEN,
    Event,
)
from ..core.microprocess import Microprocess
from ..core.task import task_of
from .history import History, history_of

#: What the engine notes between two slices: it happens to a component, and shows that a round is over.
_BETWEEN = frozenset({PAUSED, WOKEN, ACTIVATED, TIMER})

OUTSIDE = "outside"


class Causality:
    """The order of the events of one history.

    Args:
        history: a history, or the lab or trace to have it of.

    >>> from kamlab import Lab
    >>> from kamlab.analysis import Causality
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     for _ in range(2):
    ...         PassThrough().activate().deliver("hello")
    ...     first, second = lab.step_round().of_kind("received")
    ...     order = Causality(lab)
    ...     order.participant(first), order.participant(second), order.concurrent(first, second)
    ('PassThrough_1', 'PassThrough_2', True)
    """

    def __init__(self, history: Any) -> None:
        self.history: History = history_of(history)
        self._begin()
        self.look()

    def _begin(self) -> None:
        self._first = self.history.first
        self._lines: dict[Any, int] = {None: 0}  # a number for each participant; None is the outside
        self._last: list[int] = [-1]  # the last event of each
        self._line: list[int] = []  # by event: whose it is,
        self._place: list[int] = []  # the how manieth of that participant, from 1,
        self._known: list[dict[int, int]] = []  # how much of each other one it knows of,
        self._causes: list[tuple[int, ...]] = []  # and its direct causes
        self._running: Any = None
        self._slice_over = True
        self._ran: dict[Any, None] = {}
        self._last_arrived: dict[Any, int] = {}
        self._last_taken: dict[Any, int] = {}
        self._ended: dict[Any, int] = {}

    def look(self) -> Causality:
        """Take in what has happened since the last look; returns this."""
        history = self.history.look()
        if history.first != self._first or history.next_number < self._first + len(self._line):
            self._begin()
        for number in range(self._first + len(self._line), history.next_number):
            self._take_in(number, history.record(number))
        return self

    # -- building ---------------------------------------------------------------------------------

    def _take_in(self, number: int, record: Any) -> None:
        kind = record[0]
        if kind is RESUMED:
            self._begin_slice(record[3])
        elif kind is TIMER or kind is CLOCK:
            self._slice_over = True
        actor = self._actor(number, record)
        line = self._lines.get(actor)
        if line is None:
            line = self._lines[actor] = len(self._last)
            self._last.append(-1)
        before = self._last[line]
        causes = self._crossing(number, record, line)
        self._add(number, line, before, causes)
        self._remember(number, record)

    def _begin_slice(self, component: Any) -> None:
        if component in self._ran:  # another round: no component has two slices in one
            self._ran.clear()
        self._ran[component] = None
        self._running = component
        self._slice_over = False

    def _actor(self, number: int, record: Any) -> Any:
        """Return who did it: a component, or ``None`` for the outside."""
        kind = record[0]
        if kind is RESUMED:
            return record[3]
        if kind in _BETWEEN:
            return record[1]
        if kind is HELD or ((kind is REMOVED or kind is INSERTED) and record[3][1] != "linked"):
            return None
        if self._running is None or self.history.trace.from_outside(number):
            return None
        return self._subject(record) if self._slice_over else self._running

    @staticmethod
    def _subject(record: Any) -> Any:
        """Return the component that an event is about, or ``None``."""
        kind = record[0]
        if kind is SENT or kind is DISCARDED:
            return record[1].owner if record[1] is not None else None
        if kind is RECEIVED:
            return record[1].owner
        if kind in (REMOVED, INSERTED, LINKED, UNLINKED):
            return None
        return record[1]

    def _crossing(self, number: int, record: Any, line: int) -> list[int]:
        """Return the direct causes that lie with other participants."""
        kind = record[0]
        causes: list[int | None] = []
        if kind is RECEIVED or kind is REMOVED:
            causes.append(self.history.arrival_of.get(number))
        elif kind is WOKEN:
            causes.append(self._waker(record[2]))
        elif kind is ACTIVATED:
            causes += self._activators(record[1], record[2])
        if kind is not RESUMED and kind not in _BETWEEN:
            subject = self._lines.get(self._subject(record))
            if subject is not None and subject != line and subject != 0:
                causes.append(self._last[subject])
        return [cause for cause in causes if cause is not None and cause >= self._first]

    def _waker(self, cause: Any) -> int | None:
        if isinstance(cause, Inbox):
            return self._last_arrived.get(cause)
        if isinstance(cause, tuple):
            return self._last_taken.get(cause[0])
        if isinstance(cause, Microprocess):
            return self._ended.get(cause, self._last_of(cause))
        return None

    def _activators(self, component: Any, by: Any) -> list[int | None]:
        """Return what may have led to an activation: ``by`` is a component, words for the outside, or unknown."""
        by = task_of(component).awaited_by or by
        if isinstance(by, Microprocess):
            return [self._last_of(by)]
        return [self._last[0], *(self._last_of(component) for component in self._ran if by is None)]

    def _last_of(self, component: Any) -> int | None:
        line = self._lines.get(component)
        return self._last[line] if line is not None else None

    def _add(self, number: int, line: int, before: int, causes: list[int]) -> None:
        first = self._first
        direct = dict.fromkeys(([before] if before >= first else []) + causes)
        known = self._known[before - first] if before >= first else {}
        copied = False
        for cause in causes:
            theirs = self._line[cause - first]
            place = self._place[cause - first]
            if theirs == line or known.get(theirs, 0) >= place:
                continue
            if not copied:
                known = dict(known)
                copied = True
            for other, seen in self._known[cause - first].items():
                if other != line and known.get(other, 0) < seen:
                    known[other] = seen
            known[theirs] = place
        self._line.append(line)
        self._place.append(self._place[before - first] + 1 if before >= first else 1)
        self._known.append(known)
        self._causes.append(tuple(direct))
        self._last[line] = number

    def _remember(self, number: int, record: Any) -> None:
        kind = record[0]
        if kind is SENT or kind is INSERTED:
            box = record[2] if kind is SENT else record[1]
            self._last_arrived[box] = number
        elif kind is RECEIVED or kind is REMOVED:
            self._last_taken[record[1]] = number
        elif kind is FINISHED:
            self._ended[record[1]] = number

    # -- asking -----------------------------------------------------------------------------------

    def _at(self, event: Event | int) -> int:
        """Return where an event, or the event of a number, is in the lists."""
        number = event if isinstance(event, int) else self.history.number_of(event)
        return number - self._first

    def before(self, a: Event | int, b: Event | int) -> bool:
        """Return whether ``a`` happened before ``b``, so that it can have had a part in it."""
        return self._is_before(self._at(a), self._at(b))

    def _is_before(self, one: int, other: int) -> bool:
        line = self._line[one]
        if line == self._line[other]:
            return one < other
        return self._known[other].get(line, 0) >= self._place[one]

    def concurrent(self, a: Event | int, b: Event | int) -> bool:
        """Return whether neither happened before the other, nor are they the same."""
        one, other = self._at(a), self._at(b)
        return one != other and not self._is_before(one, other) and not self._is_before(other, one)

    def causes(self, event: Event | int) -> tuple[Event, ...]:
        """Return the direct causes of an event, in order."""
        return self.history.events(sorted(self._causes[self._at(event)]))

    def past(self, event: Event | int) -> tuple[Event, ...]:
        """Return everything that happened before an event, in order."""
        open_ends = list(self._causes[self._at(event)])
        found: set[int] = set()
        while open_ends:
            number = open_ends.pop()
            if number not in found:
                found.add(number)
                open_ends.extend(self._causes[number - self._first])
        return self.history.events(sorted(found))

    def future(self, event: Event | int) -> tuple[Event, ...]:
        """Return everything that an event happened before, in order."""
        at = self._at(event)
        later = (place for place in range(at + 1, len(self._line)) if self._is_before(at, place))
        return self.history.events(place + self._first for place in later)

    def participant(self, event: Event | int) -> str:
        """Return the name of who an event belongs to: a component, or ``outside``."""
        return self._names()[self._line[self._at(event)]]

    def clock(self, event: Event | int) -> dict[str, int]:
        """Return the vector clock of an event: of how many events of each participant it knows, itself included."""
        at = self._at(event)
        names = self._names()
        clock = {**self._known[at], self._line[at]: self._place[at]}
        return {names[line]: clock[line] for line in sorted(clock)}

    def _names(self) -> list[str]:
        of = self.history.names.of
        return [OUTSIDE if participant is None else of(participant) for participant in self._lines]

    def to_text(self, events: Iterable[Event] | None = None) -> str:
        """Return a line for each event: its number, what it is, and the numbers of its direct causes."""
        chosen = self.history.events(range(self._first, self.history.next_number)) if events is None else events
        lines = []
        for event in chosen:
            causes = ", ".join(map(str, sorted(self._causes[self._at(event)])))
            lines.append(f"{event.number:>5} {event}" + (f"  <- {causes}" if causes else ""))
        return "\n".join(lines)


def causality_of(lab_or_trace: Any) -> Causality:
    """Return the order of the events of a lab or trace up to now; it is kept, as the history is.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
    ...     sent = lab.step_message().of_kind("sent")[0]
    ...     taken = lab.step_round().of_kind("received")[0]
    ...     order = causality_of(lab)
    ...     order.before(sent, taken), order.before(taken, sent)
    (True, False)
    """
    history = history_of(lab_or_trace)
    if not isinstance(history.memo, Causality):
        history.memo = Causality(history)
    found: Causality = history.memo
    return found.look()
