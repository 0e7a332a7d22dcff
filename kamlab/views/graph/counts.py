"""How many messages went over each link, and which went last.

Nothing is counted while a system runs. Whoever looks reads the records that are new since the last
look, from the newest back to the oldest; on the way back, links that were made or taken down are
undone, so each message is followed over the links that there were when it was sent. What was
counted is remembered for each trace, weakly: it keeps neither a lab nor a component alive.

The ring of a free run may have dropped records that nobody had read. From then on the counts of that
trace are *at least* so many, and say so.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from ...core.box import Inbox
from ...core.events import ACTIVATED, DISCARDED, FINISHED, LINKED, RESUMED, SENT, UNLINKED
from ...core.trace import Trace

#: A link as the two boxes at its ends.
Hop = tuple[Any, Any]

#: How many of those that ended are remembered, and for how many slices.
ENDED, ENDED_FOR = 8, 50
#: Of how many components it is remembered who activated them.
HOMES = 4096
#: How many messages are shown on their way.
MOVES = 12


class Onward:
    """Where each box led, at a moment that can be moved back in time."""

    def __init__(self) -> None:
        self._then: dict[Any, Any] = {}
        self._ways: dict[Hop, tuple[Hop, ...]] = {}

    def undo(self, record: Any) -> bool:
        """Go back beyond a record; return whether links were different before it."""
        if record[0] is LINKED:
            self._then[record[1].source_box] = None
        elif record[0] is UNLINKED:
            self._then[record[1].source_box] = record[1].sink_box
        else:
            return False
        self._ways.clear()
        return True

    def way(self, source: Any, target: Any) -> tuple[Hop, ...]:
        """Return the links from an outbox to an inbox, or to where it leads if ``target`` is ``None``.

        Nothing, if the links do not lead there: what went was handed over past them.
        """
        known = self._ways.get((source, target))
        if known is None:
            known = self._ways[source, target] = self._follow(source, target)
        return known

    def _follow(self, source: Any, target: Any) -> tuple[Hop, ...]:
        hops: list[Hop] = []
        box = source
        while box is not None and box is not target:
            onward = self._then.get(box, box.onward)
            if onward is None or len(hops) > 100:
                break
            hops.append((box, onward))
            box = onward
        return tuple(hops) if target is None or box is target else ()


def tally(records: Sequence[Any], onward: Onward) -> tuple[dict[Hop, int], dict[Any, int]]:
    """Count the messages in some records over each link, and those lost by the outbox that lost them."""
    counts: dict[Hop, int] = {}
    lost: dict[Any, int] = {}
    sent: dict[Hop, int] = {}

    def settle() -> None:
        for (source, target), number in sent.items():
            way = onward.way(source, target)
            for hop in way:
                counts[hop] = counts.get(hop, 0) + number
            if target is None:
                end = way[-1][1] if way else source
                lost[end] = lost.get(end, 0) + number
        sent.clear()

    for record in reversed(records):
        kind = record[0]
        if kind is SENT:
            if record[1] is not None:
                pair = (record[1], record[2])
                sent[pair] = sent.get(pair, 0) + 1
        elif kind is DISCARDED:
            pair = (record[1], None)
            sent[pair] = sent.get(pair, 0) + 1
        elif kind is LINKED or kind is UNLINKED:
            settle()
            onward.undo(record)
    settle()
    return counts, lost


def last_moves(
    records: Sequence[Any], end: int, onward: Onward, since: int | None = None
) -> list[tuple[int, Any, tuple[Hop, ...]]]:
    """Return (number, record, way) of the last messages, oldest first; ``end`` is the number after the last record.

    Those from number ``since`` on, or those of the last slice and what followed it; at most :data:`MOVES`.
    """
    found: list[tuple[int, Any, tuple[Hop, ...]]] = []
    for number, record in zip(range(end - 1, end - 1 - len(records), -1), reversed(records), strict=False):
        kind = record[0]
        if since is not None and number < since:
            break
        if kind is SENT or kind is DISCARDED:
            way = onward.way(record[1], record[2]) if record[1] is not None else ()
            found.append((number, record, way))
            if len(found) == MOVES:
                break
        elif kind is RESUMED and since is None:
            break
        else:
            onward.undo(record)
    found.reverse()
    return found


class Ledger:
    """The counts of one trace, up to where it was read."""

    def __init__(self) -> None:
        self.next = 0
        #: Whether every record since the lab began was read.
        self.exact = True
        self.step = 0
        self._counts: weakref.WeakKeyDictionary[Any, dict[Any, int]] = weakref.WeakKeyDictionary()
        self._homes: dict[int, int] = {}
        self._ended: deque[tuple[Any, int]] = deque(maxlen=ENDED)

    def read(self, trace: Trace) -> None:
        """Take in what is new in the trace."""
        known, end = trace.known_from, trace.next_number
        if known > self.next or not trace.recording:
            self.exact = False
        if end == self.next:
            return
        records = trace.records_from(max(known, self.next))
        self.next = end
        counts, _ = tally(records, Onward())
        for (source, sink), number in counts.items():
            mine = self._counts.setdefault(source.owner, {})
            hop = _weakly(source, sink)
            mine[hop] = mine.get(hop, 0) + number
            if len(mine) > 256:
                for dead in [each for each in mine if each[2]() is None]:
                    del mine[dead]
        self._take_lives(records)

    def _take_lives(self, records: Iterable[Any]) -> None:
        for record in records:
            kind = record[0]
            if kind is RESUMED:
                self.step = record[1]
            elif kind is ACTIVATED:
                by = getattr(record[2], "_number", 0)
                if by:
                    self._homes[record[1]._number] = by
                if len(self._homes) > HOMES:
                    del self._homes[next(iter(self._homes))]
            elif kind is FINISHED:
                self._ended.append((weakref.ref(record[1]), self.step))

    def count(self, source: Any, sink: Any) -> int:
        """Return how many messages went over the link between two boxes."""
        mine = self._counts.get(source.owner)
        return mine.get(_weakly(source, sink), 0) if mine else 0

    def home(self, number: int) -> int:
        """Return the number of whoever activated a component; 0 if nobody did, or nobody knows."""
        return self._homes.get(number, 0)

    def ended(self, step: int) -> list[Any]:
        """Return who ended lately, oldest first."""
        found = [ref() for ref, when in self._ended if step - when <= ENDED_FOR]
        return [each for each in found if each is not None]


def _weakly(source: Any, sink: Any) -> tuple[Any, ...]:
    return isinstance(source, Inbox), source.name, weakref.ref(sink.owner), isinstance(sink, Inbox), sink.name


_LEDGERS: weakref.WeakKeyDictionary[Trace, Ledger] = weakref.WeakKeyDictionary()


def ledger_of(trace: Trace) -> Ledger:
    """Return the counts of a trace, up to now."""
    ledger = _LEDGERS.get(trace)
    if ledger is None:
        ledger = _LEDGERS[trace] = Ledger()
    ledger.read(trace)
    return ledger
