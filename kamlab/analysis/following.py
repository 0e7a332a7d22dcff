"""The whole way of one message: every box it lay in, every link it went over, from the first that sent it on.

A message is the same as long as it is the same object: a component that takes it and sends it on in that slice lets it
go on, as :class:`.MessageStory` has it. So the way reaches back to where the object was first sent, and forward to
where it is now. Small numbers are the same object everywhere in Python; within one slice that is rarely a mistake.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..core.events import DISCARDED, INSERTED, RECEIVED, RESUMED, SENT
from .history import History
from .link_counts import Hop
from .messages import moved_by

#: How many events a way has at most.
LONGEST = 500


class Way(NamedTuple):
    """The numbers of the events in which a message moved, in order, and the links that it went over."""

    events: tuple[int, ...] = ()
    hops: tuple[Hop, ...] = ()


def way_of(history: History, number: int) -> Way:
    """Return the way of the message that moves in an event; an empty one if none does, or the event is forgotten."""
    if not history.knows(number):
        return Way()
    kind = history.record(number)[0]
    if kind is DISCARDED:
        starts, events = [], {number}
        arrival = _taken_before(history, number)
    elif kind in (SENT, INSERTED):
        starts, events, arrival = [number], set(), number
    elif number in history.arrival_of:
        starts, events, arrival = [history.arrival_of[number]], set(), history.arrival_of[number]
    else:
        return Way()
    while arrival is not None and len(starts) < LONGEST:
        starts.append(arrival)
        arrival = _taken_before(history, history.stays(arrival)[0])
    left, seen = starts[::-1], set()
    while left and len(events) < LONGEST:
        arrival = left.pop()
        if arrival in seen:
            continue
        seen.add(arrival)
        for stay in history.stays(arrival):
            gone = history.departure_of.get(stay)
            events.update(one for one in (stay, gone) if one is not None and one >= 0)
        if gone is not None and history.record(gone)[0] is RECEIVED:
            for sent in _sent_on(history, gone):
                if history.record(sent)[0] is DISCARDED:
                    events.add(sent)
                else:
                    left.append(sent)
    in_order = sorted(events)
    return Way(tuple(in_order), tuple(dict.fromkeys(hop for event in in_order for hop in _hops(history, event))))


def _sent_on(history: History, taken: int) -> list[int]:
    """Return the events in which the taker of a message sent the same object on, in the same slice."""
    record = history.record(taken)
    later = moved_by(history, record[1].owner, taken + 1)[1]
    return [number for number in later if history.record(number)[3] is record[2]]


def _taken_before(history: History, sent: int) -> int | None:
    """Return the arrival of the message that the sender took and sent on in this event; ``None`` if it was its own."""
    if sent < history.first or history.record(sent)[0] not in (SENT, DISCARDED):
        return None
    _, source, _, message = history.record(sent)[:4]
    for number in range(sent - 1, history.first - 1, -1):
        record = history.record(number)
        if record[0] is RESUMED:
            break
        if record[0] is RECEIVED and record[2] is message and source is not None and record[1].owner is source.owner:
            return history.arrival_of.get(number)
    return None


def _hops(history: History, number: int) -> tuple[Hop, ...]:
    record: Any = history.record(number)
    if record[0] in (SENT, DISCARDED) and record[1] is not None:
        return history.way(record[1], record[2], number)
    return ()
