"""How many messages went over each link.

Nothing is counted while a system runs: what was sent is on record, and is followed over the links that there were
when it was sent. :class:`Crossings` notes for each link at which records something went over it, so the count of any
moment is a binary search; it belongs to a history.

The ring of a free run drops records, and a history of it would have to read all of it at each look. There a
:class:`Ledger` reads what is new since the last look, from the newest record back to the oldest; on the way back,
links that were made or taken down are undone. What was counted is remembered for each trace, weakly: it keeps neither
a lab nor a component alive. Where the ring has dropped records that had not been read, the counts are *at least* so
many, and say so.
"""

from __future__ import annotations

import weakref
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..core.box import Inbox
from ..core.events import ACTIVATED, DISCARDED, LINKED, SENT, UNLINKED
from ..core.trace import Trace

#: From how many links on those are forgotten whose components are gone.
ROOM = 1024
#: A link as the two boxes at its ends.
Hop = tuple[Any, Any]


def follow(source: Any, target: Any, onward: Callable[[Any], Any]) -> tuple[Hop, ...]:
    """Return the links from a box to another one, or to where it leads if ``target`` is ``None``.

    Nothing, if the links do not lead there: what went was handed over past them.

    Args:
        source: the box where it begins.
        target: the box where it ends.
        onward: tells where a box leads; ``None`` if nowhere.
    """
    hops: list[Hop] = []
    box = source
    while box is not None and box is not target:
        following = onward(box)
        if following is None or len(hops) > 100:
            break
        hops.append((box, following))
        box = following
    return tuple(hops) if target is None or box is target else ()


class Crossings:
    """At which records a message went over each link, and was lost by each outbox.

    Args:
        way: tells the links from an outbox to an inbox after the record of a number.
        first: the number of the first record.
    """

    def __init__(self, way: Callable[[Any, Any, int], tuple[Hop, ...]], first: int) -> None:
        self._way = way
        self._over: dict[Hop, array[int]] = {}
        self._lost: dict[Any, array[int]] = {}
        #: The number of the first record that was not read.
        self.next: int = first

    def take_in(self, records: Sequence[Any]) -> None:
        """Take in the records that follow those that were read."""
        ways: dict[Hop, tuple[Hop, ...]] = {}
        for number, record in enumerate(records, self.next):
            kind = record[0]
            if kind is SENT or kind is DISCARDED:
                source, target = record[1], record[2] if kind is SENT else None
                if source is None:
                    continue
                way = ways.get((source, target))
                if way is None:
                    way = ways[source, target] = self._way(source, target, number)
                for hop in way:
                    _numbers(self._over, hop).append(number)
                if target is None:
                    _numbers(self._lost, way[-1][1] if way else source).append(number)
            elif kind is LINKED or kind is UNLINKED or kind is ACTIVATED:
                ways.clear()
        self.next += len(records)

    def count(self, source: Any, sink: Any, number: int) -> int:
        """Return how many messages had gone over the link between two boxes after the record of a number."""
        return bisect_right(self._over.get((source, sink), ()), number)

    def lost(self, number: int) -> dict[Any, int]:
        """Return how many messages each outbox had lost after the record of a number."""
        counted = ((box, bisect_right(numbers, number)) for box, numbers in self._lost.items())
        return {box: count for box, count in counted if count}


def _numbers(known: dict[Any, array[int]], of: Any) -> array[int]:
    numbers = known.get(of)
    if numbers is None:
        numbers = known[of] = array("q")
    return numbers


class Onward:
    """Where each box led, at a moment that can be moved back in time."""

    def __init__(self) -> None:
        self._then: dict[Any, Any] = {}
        self._ways: dict[Hop, tuple[Hop, ...]] = {}

    def undo(self, record: Any) -> None:
        """Go back beyond a record."""
        if record[0] is LINKED:
            self._then[record[1].source_box] = None
        elif record[0] is UNLINKED:
            self._then[record[1].source_box] = record[1].sink_box
        else:
            return
        self._ways.clear()

    def way(self, source: Any, target: Any) -> tuple[Hop, ...]:
        """Return the links from an outbox to an inbox, or to where it leads if ``target`` is ``None``."""
        known = self._ways.get((source, target))
        if known is None:
            known = self._ways[source, target] = follow(source, target, self._led)
        return known

    def _led(self, box: Any) -> Any:
        return self._then.get(box, box.onward)


class Ledger:
    """The counts of one trace, up to where it was read."""

    def __init__(self) -> None:
        self.next: int = 0
        #: Whether every record since the lab began was read.
        self.exact: bool = True
        #: For each link its two components, weakly, and the count; see :func:`_key`.
        self._counts: dict[tuple[Any, ...], tuple[weakref.ref[Any], weakref.ref[Any], int]] = {}
        self._room = ROOM

    def read(self, trace: Trace) -> None:
        """Take in what is new in the trace."""
        known, end = trace.known_from, trace.next_number
        if known > self.next or not trace.recording:
            self.exact = False
        if end == self.next:
            return
        records = trace.records_from(max(known, self.next))
        self.next = end
        for (source, sink), number in _tally(records).items():
            number += self.count(source, sink)
            self._counts[_key(source, sink)] = weakref.ref(source.owner), weakref.ref(sink.owner), number
        if len(self._counts) > self._room:
            self._counts = {
                key: known for key, known in self._counts.items() if known[0]() is not None and known[1]() is not None
            }
            self._room = max(ROOM, 2 * len(self._counts))

    def count(self, source: Any, sink: Any) -> int:
        """Return how many messages went over the link between two boxes."""
        known = self._counts.get(_key(source, sink))
        return known[2] if known is not None and known[0]() is source.owner and known[1]() is sink.owner else 0


def _tally(records: Iterable[Any]) -> dict[Hop, int]:
    """Count the messages in the newest records over each link."""
    onward = Onward()
    counts: dict[Hop, int] = {}
    sent: dict[Hop, int] = {}

    def settle() -> None:
        for (source, target), number in sent.items():
            for hop in onward.way(source, target):
                counts[hop] = counts.get(hop, 0) + number
        sent.clear()

    for record in reversed([*records]):
        kind = record[0]
        if kind is SENT or kind is DISCARDED:
            pair = (record[1], record[2] if kind is SENT else None)
            if record[1] is not None:
                sent[pair] = sent.get(pair, 0) + 1
        elif kind is LINKED or kind is UNLINKED:
            if sent:
                settle()
            onward.undo(record)
    settle()
    return counts


def _key(source: Any, sink: Any) -> tuple[Any, ...]:
    """Return what a link is known by, without its components; another one may have the ``id`` of one that is gone."""
    return (
        *(id(source.owner), isinstance(source, Inbox), source.name),
        *(id(sink.owner), isinstance(sink, Inbox), sink.name),
    )


_LEDGERS: weakref.WeakKeyDictionary[Trace, Ledger] = weakref.WeakKeyDictionary()


def ledger_of(trace: Trace) -> Ledger:
    """Return the counts of a trace, up to now."""
    ledger = _LEDGERS.get(trace)
    if ledger is None:
        ledger = _LEDGERS[trace] = Ledger()
    ledger.read(trace)
    return ledger
