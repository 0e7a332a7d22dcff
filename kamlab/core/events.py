"""The events of a lab: one kind for each thing that can happen.

The engine writes *records*, bare tuples whose first item is one of the kinds below; that is what
makes recording cheap. A record holds no step and no time, since every slice opens with a RESUMED
record that has both. Readers get an :class:`Event`: :mod:`kamlab.core.trace` makes events
from records on request.

==========  ============================================================
kind        the rest of the record
==========  ============================================================
resumed     step, time, component
sent        outbox (or None), inbox, message: it was also delivered
discarded   outbox, None, message
received    inbox, message, and the index unless it was the oldest
taken       inbox, message: a component's thread took what the component had received for it
removed     inbox, message, (index, why): taken away by no component
inserted    inbox, message, (index, why): put there by no component
paused      component, (when its timer is due or None, what it awaits or None)
woken       component, cause, and UNDOES_PAUSE if it paused in this very round
activated   component, the component that activated it
linked      link, None
unlinked    link, None
opened      component, what
closed      component, what
bytes_in    component, count
bytes_out   component, count
printed     component, text
timer       component, what
clock       None, the time that a virtual clock has jumped to
failed      component, exception
finished    component, how
==========  ============================================================

Pauses, wake-ups and activations are recorded when they are asked for, in the slice that asks, although the engine
applies them at the end of the round. So the records up to any moment tell the state of every component. Only what
has an effect is recorded: the pause of a component that was woken in the same round has none, because wake-ups win.
A pause after which the component is woken, before the round ends, is recorded, and so is the wake-up; :func:`net_of`
leaves both out, and so do views of several slices at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .describe import describe
from .event_kinds import (
    ACTIVATED,
    BYTES_IN,
    BYTES_OUT,
    CLOCK,
    CLOSED,
    DISCARDED,
    FAILED,
    FINISHED,
    INSERTED,
    LINKED,
    OPENED,
    PAUSED,
    PRINTED,
    RECEIVED,
    REMOVED,
    RESUMED,
    SENT,
    TAKEN,
    TIMER,
    UNLINKED,
    WOKEN,
)

#: The kinds are public here, too.
__all__ = [
    "ACTIVATED",
    "BYTES_IN",
    "BYTES_OUT",
    "CLOCK",
    "CLOSED",
    "DISCARDED",
    "FAILED",
    "FINISHED",
    "INSERTED",
    "LINKED",
    "OPENED",
    "PAUSED",
    "PRINTED",
    "RECEIVED",
    "REMOVED",
    "RESUMED",
    "SENT",
    "TAKEN",
    "TIMER",
    "UNLINKED",
    "WOKEN",
]

KINDS = (
    RESUMED,
    SENT,
    DISCARDED,
    RECEIVED,
    TAKEN,
    REMOVED,
    INSERTED,
    PAUSED,
    WOKEN,
    ACTIVATED,
    LINKED,
    UNLINKED,
    OPENED,
    CLOSED,
    BYTES_IN,
    BYTES_OUT,
    PRINTED,
    TIMER,
    CLOCK,
    FAILED,
    FINISHED,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``step`` counts slices from 1; 0 is before the first. ``time`` is the lab's clock in seconds.
    ``component`` is the one it happened to, ``cause`` the one in whose slice it happened (``None``: from
    outside). ``box`` and ``source`` are set where messages move. ``number`` is its place in the
    lab's trace, counted from 0 since the lab began; -1 if it is in none. ``said`` is the text of the message when
    it moved; it is kept for messages that may have changed since. ``undoes_pause`` is true of a wake-up in the round in
    which the component paused: it has not slept.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), PassThrough()).activate()
    ...     event = lab.step_message().of_kind("sent")[0]
    >>> event.kind, event.step, event.box.name, event.message
    ('sent', 4, 'inbox', 'hello')
    >>> print(event)
        4  DataSource_2.outbox -> PassThrough_3.inbox: 'hello'
    """

    kind: str
    step: int
    time: float
    component: Any = None
    cause: Any = None
    box: Any = None
    source: Any = None
    message: Any = None
    detail: Any = None
    number: int = -1
    said: str | None = None
    undoes_pause: bool = False

    def __str__(self) -> str:
        return f"{self.step:>5}  {describe(self)}"

    __repr__ = __str__


def net_of(events: Iterable[Event]) -> list[Event]:
    """Return events without the pauses that had no effect, and without the wake-ups that undid them.

    A pause whose wake-up is not among the events stays, and so does a wake-up whose pause is not.

    >>> pause, other = Event("paused", 1, 0.0, "anna"), Event("paused", 1, 0.0, "ben")
    >>> wake = Event("woken", 2, 0.0, "anna", undoes_pause=True)
    >>> [event.component for event in net_of([pause, other, wake])], len(net_of([wake]))
    (['ben'], 1)
    """
    net: dict[int, Event] = {}
    pauses: dict[int, int] = {}
    for place, event in enumerate(events):
        if event.kind == PAUSED:
            pauses[id(event.component)] = place
        elif event.undoes_pause and id(event.component) in pauses:
            del net[pauses.pop(id(event.component))]
            continue
        net[place] = event
    return list(net.values())


def said_in(record: Any) -> str | None:
    """Return the text that a record keeps of its message, as it was when it moved; ``None`` without one."""
    return record[4] if len(record) > 4 else None
