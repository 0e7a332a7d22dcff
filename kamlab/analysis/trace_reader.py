"""Going through a trace, once, and taking note of when what changed.

For each inbox, component and link it is noted at which records something about it changed. What that
tells is asked of a :class:`~kamlab.analysis.history.History`, which builds on this.

Where the oldest events are gone, as in the ring of a free run, what there was before the rest is
worked out from the present, by undoing the events from the newest on. So is it where a message turns
up that was never seen being sent: one that was delivered before its component was activated.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Self

from ..core.box import made_inboxes_of
from ..core.component import Component
from ..core.events import (
    ACTIVATED,
    CLOCK,
    DISCARDED,
    FAILED,
    FINISHED,
    INSERTED,
    LINKED,
    PAUSED,
    RECEIVED,
    REMOVED,
    RESUMED,
    SENT,
    TAKEN,
    UNLINKED,
    WOKEN,
)
from ..core.microprocess import Microprocess
from ..core.states import ASLEEP, RUNNABLE, WAITING
from ..core.states import FAILED as HAS_FAILED
from ..core.task import task_of
from ..core.thread_relay import Relayed
from ..core.trace import Trace, moved_box
from .inbox_history import InboxHistory
from .link_counts import Crossings
from .names import Names
from .undo import boxes_before, links_before, links_of, states_before

#: From how many messages on the slice which runs floods a box: what is there beside the record is not worked out then.
FLOOD = 1000


class ChangesOverTime:
    """The values that something had, each from a record on."""

    __slots__ = ("_numbers", "_values", "latest")

    def __init__(self, value: Any) -> None:
        self._numbers = [-1]
        self._values = [value]
        #: The value after the last record.
        self.latest: Any = value

    def note(self, number: int, value: Any) -> None:
        """Take note of a value that is new, or the same as before."""
        if value is not self.latest:
            self._numbers.append(number)
            self._values.append(value)
            self.latest = value

    def at(self, number: int) -> Any:
        """Return the value after a record."""
        return self._values[max(0, bisect_right(self._numbers, number) - 1)]


class Reading:
    """What was noted when going through a trace.

    Args:
        trace: the trace of a lab.
        scheduler: the lab's scheduler, if there is one at hand: it knows components that no record
            names, and which step it is now.
    """

    def __init__(self, trace: Trace, scheduler: Any = None) -> None:
        self.trace = trace
        self.scheduler = scheduler
        self._anchored = False
        self._forget()
        self.first: int = -1
        #: The number that the next event will have.
        self.next_number: int = -1
        #: Whoever reads may keep here what it worked out; this history never looks at it.
        self.memo: Any = None
        self.look()

    def _forget(self) -> None:
        self.records: list[Any] = []
        self.steps: list[int] = []
        self.starts: list[int] = []
        self.jumps: list[int] = []
        self.lines: dict[Any, InboxHistory] = {}
        #: What has left an inbox for its owner's thread, by the number at which it was received.
        self.held_lines: dict[Any, InboxHistory] = {}
        self.lives: dict[Any, ChangesOverTime] = {}
        self.links: dict[Any, ChangesOverTime] = {}
        self.onward: dict[Any, ChangesOverTime] = {}
        self.slices: dict[Any, list[int]] = {}
        self.about: dict[Any, list[int]] = {}
        self.arrival_of: dict[int, int] = {}
        self.departure_of: dict[int, int] = {}
        self.names: Names = Names()
        self.crossings: Crossings | None = None
        self._there: list[Any] = []
        #: Of components and boxes, by ``id`` and attribute: when it changed without a record, and what it was before.
        self.changed: dict[tuple[int, str], list[tuple[int, Any]]] = {}
        self._changes_seen = 0
        self._early: dict[Any, list[Any]] = {}
        self._unclear: set[Any] = set()

    # -- going through the trace ------------------------------------------------------------------

    def look(self) -> Self:
        """Take in what has happened since the last look; returns this."""
        trace = self.trace
        self.names.renew()
        first = trace.known_from
        if first != self.first or (not trace.complete and trace.next_number != self.next_number):
            self._anchored = first != 0
            self._build(first)
        elif (tail := trace.records_from(self.next_number)) and not self._extend(tail):
            self._anchored = True
            self._build(first)
        self._take_in_changes()
        return self

    def _take_in_changes(self) -> None:
        """Take in the changes of which no record tells; a ring may have let go of some since the last look."""
        if not self.trace.complete:
            self.changed.clear()
            self._changes_seen = 0
        changes = self.trace.changes(self._changes_seen)
        for newest, thing, attribute, before in changes:
            self.changed.setdefault((id(thing), attribute), []).append((newest, before))
        self._changes_seen += len(changes)

    def _build(self, first: int) -> None:
        """Go through the whole trace, from what there was before it."""
        self._forget()
        self.first = self.next_number = first
        records = self.trace.records_from(first)
        if self._anchored:
            self._begin_before(records)
        if not self._extend(records) and not self._anchored:
            self._anchored = True
            self._build(first)

    def _begin_before(self, records: list[Any]) -> None:
        records = [*records, *self.trace.tail]
        members = self._members()
        flooded = {box for box, count in self.trace.unsettled.items() if count > FLOOD}
        if flooded:
            records = [record for record in records if moved_box(record) not in flooded]
        inboxes = [box for component in dict.fromkeys((*members, *_named(records))) for box in inboxes_of(component)]
        inboxes = [box for box in inboxes if box not in flooded]
        activated = {record[1] for record in records if record[0] is ACTIVATED}
        for box, waiting in boxes_before(records, inboxes).items():
            if waiting and box.owner in activated:  # since when is not known: it is told from the activation on
                self._early[box] = waiting
            elif waiting:
                self._line(box).begin(-1, [self._unseen(message) for message in waiting])
        if self.first == 0:  # the whole trace is there: only messages may have come unseen
            return
        for component, state in states_before(records, members).items():
            self.lives[component] = ChangesOverTime(state)
            self.names.seen[component] = None
        for link in links_before(records, members):
            self._link(-1, link, True)

    def _members(self) -> list[Any]:
        """Return who is alive now."""
        if self.scheduler is None:
            return []
        return list(self.scheduler.members.values())

    def _unseen(self, message: Any) -> int:
        self._there.append(message)
        return -len(self._there)

    def _extend(self, tail: list[Any]) -> bool:
        """Take in further records; return whether they fit what was there, and what is."""
        number = self.next_number
        self.records.extend(tail)
        self.next_number += len(tail)
        made = {record[1] for record in tail if record[0] is LINKED}
        touched: dict[Any, None] = {}
        fits = True
        seen = self.names.seen
        for record in tail:
            kind = record[0]
            if kind is RESUMED:
                component = record[3]
                slices = self.slices.get(component)
                if slices is None:
                    slices = self.slices[component] = []
                    seen[component] = None
                slices.append(len(self.starts))
                self.starts.append(number)
                self.steps.append(record[1])
                life = self._life(component)
                if life.latest is not RUNNABLE:
                    life.note(number, RUNNABLE)
            elif kind is SENT:
                box = record[2]
                self._line(box).arrive(number)
                touched[box] = None
            elif kind is TAKEN:
                if record[1] in self.held_lines and len(self.held_lines[record[1]]):
                    self.held_lines[record[1]].depart(number)
            elif kind is RECEIVED or kind is REMOVED:
                touched[record[1]] = None
                fits = self._departed(number, record) and fits
                if kind is RECEIVED and isinstance(record[1].owner, Relayed):
                    self.held_lines.setdefault(record[1], InboxHistory()).arrive(number)
            elif kind is INSERTED:
                touched[record[1]] = None
                self._line(record[1]).arrive_at(number, record[3][0])
            elif kind is LINKED or kind is UNLINKED:
                self._link(number, record[1], kind is LINKED)
            elif kind is CLOCK:
                self.jumps.append(number)
            elif kind is not DISCARDED:
                self._happened(number, record, made)
                if kind is ACTIVATED:
                    for box in inboxes_of(record[1]):
                        touched[box] = None
                        if box in self._early:
                            early = [self._unseen(message) for message in self._early.pop(box)]
                            line = self._line(box)
                            line.begin(number, [*early, *line.latest()])
            number += 1
        return self._agrees(touched) and fits

    def _agrees(self, touched: Iterable[Any]) -> bool:
        """Return whether these inboxes hold as many messages as the trace says; each is doubted only once.

        Those that the slice which runs has touched hold what it has put there since.
        """
        settled = [box for box in touched if box not in self.trace.unsettled]
        wrong = [box for box in settled if len(self.lines.get(box, ())) != len(box.items) and box not in self._unclear]
        self._unclear.update(wrong)
        return not wrong

    def _line(self, box: Any) -> InboxHistory:
        line = self.lines.get(box)
        if line is None:
            line = self.lines[box] = InboxHistory()
            self.names.seen[box.owner] = None
        return line

    def _life(self, component: Any) -> ChangesOverTime:
        life = self.lives.get(component)
        if life is None:
            life = self.lives[component] = ChangesOverTime(None)
        return life

    def _departed(self, number: int, record: Any) -> bool:
        """Take note that a message went; return whether it was known to be there."""
        box, message = record[1], record[2]
        line = self._line(box)
        index = 0
        if len(record) > 3:
            index = record[3] if record[0] is RECEIVED else record[3][0]
        if not index:
            front = line.front()
            if front is not None and self.message(front) is message:
                self._pair(line.depart(number), number)
                return True
        waiting = line.latest()
        places = [index, *range(len(waiting))] if index < len(waiting) else range(len(waiting))
        for place in places:
            if self.message(waiting[place]) is message:
                self._pair(line.depart_from(number, place), number)
                return True
        self._pair(self._unseen(message), number)
        return False

    def _pair(self, arrival: int, departure: int) -> None:
        self.arrival_of[departure] = arrival
        self.departure_of[arrival] = departure

    def _link(self, number: int, link: Any, there: bool) -> None:
        changes = self.links.get(link)
        if changes is None:
            changes = self.links[link] = ChangesOverTime(not there)
            if not there and number >= 0:  # made before it was recorded who links whom
                self._onward(-1, link, True)
        changes.note(number, there)
        self._onward(number, link, there)

    def _onward(self, number: int, link: Any, there: bool) -> None:
        self.names.seen[link.source] = self.names.seen[link.sink] = None
        onward = self.onward.get(link.source_box)
        if onward is None:
            onward = self.onward[link.source_box] = ChangesOverTime(None)
        if there or onward.latest is link:
            onward.note(number, link if there else None)

    def _happened(self, number: int, record: Any, made: set[Any]) -> None:
        """Take note of what happened to a component."""
        kind, component, detail = record[:3]
        self.names.seen[component] = None
        self.about.setdefault(component, []).append(number)
        if kind is ACTIVATED:
            self._life(component).note(number, RUNNABLE)
            waiting = task_of(component).awaited_by
            if waiting is not None:
                self._life(waiting).note(number, WAITING)
            for link in links_of(component):
                if link not in self.links and link not in made:  # made while nothing was recorded
                    self._link(number, link, True)
        elif kind in _STATES:
            self._life(component).note(number, _STATES[kind])
        elif kind is FINISHED:
            self._life(component).note(number, detail)

    def was(self, thing: Any, attribute: str, number: int) -> Any:
        """Return what an attribute of a component or box was after an event, where no event tells that it changes."""
        if self.changed:
            changes = self.changed.get((id(thing), attribute), ())
            later = bisect_right(changes, number, key=itemgetter(0))
            if later < len(changes):
                return changes[later][1]
        return getattr(thing, attribute)

    # -- records and events -----------------------------------------------------------------------

    def message(self, arrival: int) -> Any:
        """Return the message that came with an arrival."""
        if arrival < 0:
            return self._there[-arrival - 1]
        record = self.records[arrival - self.first]
        return record[3] if record[0] is SENT else record[2]

    def record(self, number: int) -> Any:
        """Return the bare record of a number."""
        return self.records[number - self.first]

    def records_between(self, first: int, end: int) -> list[Any]:
        """Return the bare records from a number on, up to another one, which is not included."""
        return self.records[first - self.first : end - self.first]


#: What becomes of a component when this happens to it.
_STATES = {PAUSED: ASLEEP, WOKEN: RUNNABLE, FAILED: HAS_FAILED}


def inboxes_of(component: Any) -> list[Any]:
    """Return the inboxes that a component has made so far."""
    return list(made_inboxes_of(component).values()) if isinstance(component, Component) else []


def _named(records: Iterable[Any]) -> list[Any]:
    """Return the components that records name, but for those that only messages tell of."""
    named = (record[3] if record[0] is RESUMED else record[1] for record in records)
    return [component for component in named if isinstance(component, Microprocess)]
