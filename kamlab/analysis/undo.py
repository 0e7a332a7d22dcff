"""What was there before the oldest record, worked out from what is there now, by undoing the records."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from ..core.events import (
    ACTIVATED,
    FAILED,
    FINISHED,
    INSERTED,
    LINKED,
    PAUSED,
    RECEIVED,
    REMOVED,
    RESUMED,
    SENT,
    UNLINKED,
    WOKEN,
)
from ..core.microprocess import Microprocess
from ..core.states import ASLEEP, RUNNABLE
from ..core.task import task_of


def boxes_before(records: Sequence[Any], boxes: Iterable[Any]) -> dict[Any, list[Any]]:
    """Return what waited in each inbox before the records, given that now is after them.

    ``boxes`` are further inboxes, besides those that the records name.
    """
    now: dict[Any, deque[Any]] = {box: deque(box.items) for box in boxes}
    for record in reversed(records):
        kind = record[0]
        if kind is SENT or kind is INSERTED:
            box, message = (record[2], record[3]) if kind is SENT else (record[1], record[2])
            waiting = _of(now, box)
            _take_out(waiting, message, None if kind is SENT else _index(record))
        elif kind is RECEIVED or kind is REMOVED:
            waiting = _of(now, record[1])
            index = _index(record)
            if index:
                waiting.insert(min(index, len(waiting)), record[2])
            else:
                waiting.appendleft(record[2])
    return {box: list(waiting) for box, waiting in now.items()}


def _of(now: dict[Any, deque[Any]], box: Any) -> deque[Any]:
    waiting = now.get(box)
    if waiting is None:
        waiting = now[box] = deque(box.items)
    return waiting


def _index(record: Any) -> int:
    """Return the place that a record names; the front if it names none."""
    if len(record) < 4:
        return 0
    return int(record[3] if record[0] is RECEIVED else record[3][0])


def _take_out(waiting: deque[Any], message: Any, index: int | None) -> None:
    """Take a message out where it went in; if it is not there, wherever it is, and if nowhere, not at all."""
    place = len(waiting) - 1 if index is None else index
    if 0 <= place < len(waiting) and waiting[place] is message:
        del waiting[place]
        return
    for other in range(len(waiting) - 1, -1, -1):
        if waiting[other] is message:
            del waiting[other]
            return


def states_before(records: Sequence[Any], members: Iterable[Any]) -> dict[Any, str | None]:
    """Return in what state each component was before the records; ``None``: it was not there.

    The first thing that happened to it tells; who has no record was as it is now.
    """
    states: dict[Any, str | None] = {}
    for record in records:
        kind = record[0]
        component = record[3] if kind is RESUMED else record[1]
        if kind not in _BEFORE or component in states:
            continue
        state = _BEFORE[kind]
        if kind is FINISHED:
            state = ASLEEP if record[2] == "stopped" else RUNNABLE
        states[component] = state
    for component in members:
        if component not in states:
            states[component] = task_of(component).life
    return states


#: In what state a component was before the first thing that happened to it.
_BEFORE = {
    RESUMED: RUNNABLE,
    PAUSED: RUNNABLE,
    WOKEN: ASLEEP,
    ACTIVATED: None,
    FAILED: RUNNABLE,
    FINISHED: RUNNABLE,
}


def links_before(records: Sequence[Any], members: Iterable[Any]) -> list[Any]:
    """Return the links that were there before the records."""
    links: dict[Any, None] = {}
    made: set[Any] = set()
    for record in records:
        if record[0] is LINKED:
            made.add(record[1])
        elif record[0] is UNLINKED and record[1] not in made:
            links[record[1]] = None
    for component in members:
        for link in links_of(component):
            if link not in made:
                links[link] = None
    return list(links)


def links_of(component: Any) -> list[Any]:
    """Return the links that a component has made and not taken down."""
    switchboard = task_of(component).switchboard if isinstance(component, Microprocess) else None
    return list(switchboard.links) if switchboard is not None else []
