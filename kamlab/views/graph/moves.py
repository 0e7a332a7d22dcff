"""The last messages of a lab, on their way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...analysis import history_of
from ...analysis.link_counts import Hop, Onward
from ...core.events import DISCARDED, RESUMED, SENT
from ...core.world import World

#: How many messages are shown on their way.
MOVES = 12
#: How many records back they are searched for, where the record does not reach back to the beginning.
SEARCHED = 2048

#: The number of an event, its record, and the links over which the message went.
Sent = tuple[int, Any, tuple[Hop, ...]]


def last_moves(lab: World, step: int | None, since: int | None) -> list[Sent]:
    """Return the last messages up to a step, or up to now, oldest first; at most :data:`MOVES`.

    Args:
        lab: the lab; under its lock.
        step: the step, of a lab whose record is read; ``None`` reads the newest records as they are.
        since: return the messages from this event number on, instead of those of the last slice and what followed it.
    """
    if step is None:
        end = lab.trace.next_number
        onward = Onward()
        recent = lab.trace.records_from(max(since or 0, end - SEARCHED))
        return _moves(recent, end, since, lambda source, target, _: onward.way(source, target), onward.undo)
    history = history_of(lab)
    end = history.end_of(step) + 1
    begin = max(0, end - history.first - SEARCHED)
    return _moves(history.records[begin : end - history.first], end, since, history.way)


def _moves(
    records: Sequence[Any],
    end: int,
    since: int | None,
    way: Callable[[Any, Any, int], tuple[Hop, ...]],
    undo: Callable[[Any], Any] = lambda record: None,
) -> list[Sent]:
    found: list[Sent] = []
    for number, record in zip(range(end - 1, end - 1 - len(records), -1), reversed(records), strict=False):
        kind = record[0]
        if since is not None and number < since:
            break
        if kind is SENT or kind is DISCARDED:
            target = record[2] if kind is SENT else None
            found.append((number, record, way(record[1], target, number) if record[1] is not None else ()))
            if len(found) == MOVES:
                break
        elif kind is RESUMED and since is None:
            break
        else:
            undo(record)
    found.reverse()
    return found
