"""Inboxes that grow: more comes in than their owners take out, and nothing limits them.

How many messages wait is counted at the inbox; how many waited before is worked out backwards from there, by what the
trace tells of the messages that came and went. So nothing is kept for it, and asking twice gives the same answer.

One look back is not enough, since a burst that is being worked off has also made an inbox longer than it was. An inbox
grows if it has become longer in each quarter of the time since it was short, as far as the trace goes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from ..core.box import Inbox
from ..core.component import Component
from ..core.events import INSERTED, RECEIVED, REMOVED, SENT, Event
from ..core.microprocess import Microprocess
from ..core.thread import ThreadedComponent
from .moment import Moment, held_by_thread
from .words import end_of

#: From how many waiting messages on an inbox is looked at, and over how many slices at least.
MANY, SLICES = 100, 40
#: Short is an inbox in which no more than this part of the messages waited that wait there now.
SHORT = 0.02
QUARTERS = 4

#: By how much a message that came or went changed the length of an inbox.
CHANGES = {SENT: 1, INSERTED: 1, RECEIVED: -1, REMOVED: -1}

#: A moment in the past of an inbox: a step, and how many messages waited when it ended.
Length = tuple[int, int]


def growing(components: Iterable[Microprocess], moment: Moment) -> list[str]:
    """Say which inboxes of some components grow, and by how much."""
    now: dict[Inbox, int] = {}
    for component in components:
        for box in component._in.values() if isinstance(component, Component) else ():
            waiting = len(box.items)
            if isinstance(component, ThreadedComponent):
                waiting += len(held_by_thread(component, box.name))
            if box.limit is None and waiting >= MANY:
                now[box] = waiting
    if not now:
        return []
    step = moment.scheduler.step
    said = []
    for box, lengths in _lengths(now, moment.events).items():
        begin = next((each for each in lengths if each[1] <= now[box] * SHORT), lengths[-1])
        if _grows([(step, now[box]), *lengths], begin[0], step):
            more = f"{now[box] - begin[1]:,} more than at step {begin[0]:,}"
            said.append(f"{end_of(box)} grows: {now[box]:,} messages wait, {more}.")
    return said


def _lengths(now: dict[Inbox, int], events: list[Event]) -> dict[Inbox, list[Length]]:
    """Return how many messages waited in some inboxes at the end of earlier steps, the latest first."""
    lengths: dict[Inbox, list[Length]] = {box: [] for box in now}
    length = dict(now)
    handed_over = {box: len(held_by_thread(box.owner, box.name)) for box in now}
    for event in reversed(events):
        box = event.box
        if box not in length or event.kind not in CHANGES:
            continue
        if event.kind == RECEIVED and handed_over[box]:  # its thread has it, and has not taken it
            handed_over[box] -= 1
            continue
        length[box] -= CHANGES[event.kind]
        known = lengths[box]
        if known and known[-1][0] == event.step - 1:
            known.pop()
        known.append((event.step - 1, length[box]))
    for box, known in lengths.items():
        first = max(0, events[0].step - 1) if events else 0
        if not known or known[-1][0] > first:
            known.append((first, length[box]))
    return lengths


def _grows(lengths: list[Length], begin: int, end: int) -> bool:
    """Return whether an inbox became longer in each quarter of some steps; ``lengths`` has the latest first."""
    if end - begin < SLICES:
        return False
    marks = [end - (end - begin) * quarter // QUARTERS for quarter in range(QUARTERS + 1)]
    then = [[number for step, number in lengths if step >= mark][-1] for mark in marks]
    return all(later > earlier for later, earlier in pairwise(then))
