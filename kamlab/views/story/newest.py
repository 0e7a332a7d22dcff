"""The newest records of a lab, one by one backwards, so that what is older costs nothing.

Going backwards one knows of each record in which step it was, since the slice after it says its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analysis.history import history_of
from ...core.events import RESUMED
from ...core.world import World

#: How many records are read at a time.
CHUNK = 512


def newest(lab: World, upto: int | None = None) -> Iterator[tuple[int, int, Any]]:
    """Return number, step and record of each event up to a step, newest first; whoever reads holds the lab's lock."""
    trace = lab.trace
    known, end, step = trace.known_from, trace.next_number, lab.scheduler.step
    records: Any = None
    if upto is not None and upto < step:
        records, end, step = _until(lab, known, end, upto)
    while end > known:
        first = max(known, end - CHUNK)
        stretch = trace.records_from(first)[: end - first] if records is None else records[first - known : end - known]
        for place in range(len(stretch) - 1, -1, -1):
            record = stretch[place]
            if record[0] is RESUMED:
                step = record[1]
                yield first + place, step, record
                step -= 1
            else:
                yield first + place, step, record
        end = first


def _until(lab: World, known: int, end: int, upto: int) -> tuple[Any, int, int]:
    """Return all records, the number of the first after a step, and that step or the earliest there is."""
    if lab.trace.complete:  # far back: the history has the records at hand, and knows where each step ends
        history = history_of(lab)
        step = min(max(upto, history.earliest), history.latest)
        return history.records, history.end_of(step) + 1, step
    records = lab.trace.records_from(known)
    for number, record in enumerate(records, known):
        if record[0] is RESUMED and record[1] > upto:
            return records, number, record[1] - 1
    return records, end, lab.scheduler.step
