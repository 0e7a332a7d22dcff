"""Inboxes that grow: more comes in than their owners take out, and nothing limits them.

How many messages wait is counted at the inbox; how many waited before is worked out backwards from there, by what the
trace tells of the messages that came and went. So nothing is kept for it, and asking twice gives the same answer.

One look back is not enough, since a burst that is being worked off has also made an inbox longer than it was. An inbox
grows if it has become longer in each quarter of the time since it was short, as far as the trace goes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from ..core.box import Inbox, made_inboxes_of
from ..core.component import Component
from ..core.microprocess import Microprocess
from ..core.thread import ThreadedComponent
from .history import History, history_of
from .moment import Moment, held_by_thread
from .words import end_of

#: From how many waiting messages on an inbox is looked at, and over how many slices at least.
MANY, SLICES = 100, 40
#: Short is an inbox in which no more than this part of the messages waited that wait there now.
SHORT = 0.02
QUARTERS = 4

#: A moment in the past of an inbox: a step, and how many messages waited when it ended.
Length = tuple[int, int]


def growing(components: Iterable[Microprocess], moment: Moment) -> list[str]:
    """Say which inboxes of some components grow, and by how much."""
    said = []
    step = moment.scheduler.step
    for component in components:
        for box in made_inboxes_of(component).values() if isinstance(component, Component) else ():
            waiting = len(box.items)
            if isinstance(component, ThreadedComponent):
                waiting += len(held_by_thread(component, box.name))
            if box.limit is not None or waiting < MANY:
                continue
            lengths = _lengths(history_of(moment.world), box)
            begin, short = next((then for then in lengths if then[1] <= waiting * SHORT), lengths[-1])
            if _grows([(step, waiting), *lengths], begin, step):
                more = f"{waiting - short:,} more than at step {begin:,}"
                said.append(f"{end_of(box)} grows: {waiting:,} messages wait, {more}.")
    return said


def _lengths(history: History, box: Inbox) -> list[Length]:
    """Return how many messages waited in an inbox at the end of earlier steps, the latest first."""
    steps, lengths, _ = history.lengths(box, history.earliest, history.latest)
    before_changes = zip((step - 1 for step in steps[1:]), lengths, strict=False)
    return [*reversed(list(before_changes)), (steps[0], lengths[0])]


def _grows(lengths: list[Length], begin: int, end: int) -> bool:
    """Return whether an inbox became longer in each quarter of some steps; ``lengths`` has the latest first."""
    if end - begin < SLICES:
        return False
    marks = [end - (end - begin) * quarter // QUARTERS for quarter in range(QUARTERS + 1)]
    then = [[number for step, number in lengths if step >= mark][-1] for mark in marks]
    return all(later > earlier for later, earlier in pairwise(then))
