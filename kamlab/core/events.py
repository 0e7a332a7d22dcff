"""What can happen in a lab: one event type for each thing.

The engine writes *records*, bare tuples whose first item is one of the kinds below; that is what
makes recording cheap. A record holds no step and no time, since every slice opens with a RESUMED
record that has both. :class:`Event` is what a reader gets: :mod:`kamlab.core.trace` makes events
from records when they are asked for.

==========  ============================================================
kind        the rest of the record
==========  ============================================================
resumed     step, time, component
sent        outbox (or None), inbox, message: it was also delivered
discarded   outbox, None, message
received    inbox, message
paused      component, reason
woken       component, cause
activated   component, None
linked      link, None
unlinked    link, None
opened      component, what
closed      component, what
bytes_in    component, count
bytes_out   component, count
printed     component, text
timer       component, what
failed      component, exception
finished    component, how
==========  ============================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RESUMED = "resumed"
SENT = "sent"
DISCARDED = "discarded"
RECEIVED = "received"
PAUSED = "paused"
WOKEN = "woken"
ACTIVATED = "activated"
LINKED = "linked"
UNLINKED = "unlinked"
OPENED = "opened"
CLOSED = "closed"
BYTES_IN = "bytes_in"
BYTES_OUT = "bytes_out"
PRINTED = "printed"
TIMER = "timer"
FAILED = "failed"
FINISHED = "finished"

KINDS = (
    RESUMED,
    SENT,
    DISCARDED,
    RECEIVED,
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
    FAILED,
    FINISHED,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``step`` counts slices from 1; 0 is before the first. ``time`` is the lab's clock in seconds.
    ``component`` is who it happened to, ``cause`` whose slice it happened in (``None``: from
    outside). ``box`` and ``source`` are set where messages move.
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

    def __str__(self) -> str:
        return f"{self.step:>5}  {describe(self)}"

    __repr__ = __str__


def describe(event: Event) -> str:
    """Say an event in words.

    >>> describe(Event("paused", 3, 0.0, detail="waits for a message"))
    'nobody paused: waits for a message'
    """
    who = name_of(event.component)
    if event.kind == SENT:
        source = end_of(event.source.owner, event.source.name) if event.source is not None else "outside"
        return f"{source} -> {end_of(event.box.owner, event.box.name)}: {shorten(event.message)}"
    if event.kind == DISCARDED:
        return f"{who}.{event.source.name} -> nowhere: {shorten(event.message)} is discarded"
    if event.kind == RECEIVED:
        return f"{who} takes {shorten(event.message)} from {event.box.name}"
    if event.kind in (RESUMED, ACTIVATED):
        return f"{who} {event.kind}"
    if event.kind == FAILED:
        return f"{who} failed: {error_in_words(event.detail)}"
    if event.kind == WOKEN:
        return f"{who} woken by {cause_in_words(event.detail)}"
    if event.kind == PRINTED:
        return f"{who} prints {shorten(event.detail)}"
    if event.kind in (LINKED, UNLINKED):
        link = event.component
        return f"{end_of(*link.source_pair())} {event.kind} to {end_of(*link.sink_pair())}".replace(
            "unlinked to", "unlinked from"
        )
    if event.kind in (BYTES_IN, BYTES_OUT):
        return f"{who} {'reads' if event.kind == BYTES_IN else 'writes'} {event.detail} bytes"
    return f"{who} {event.kind}: {event.detail}"


def end_of(component: Any, box: str) -> str:
    """Name one end of a link: ``TimeTick_3.outbox``."""
    return f"{name_of(component)}.{box}"


def error_in_words(error: BaseException) -> str:
    """Say what an error is, whatever its own text does.

    >>> error_in_words(ValueError("too big"))
    'ValueError: too big'
    """
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return f"{type(error).__name__}, whose text cannot be made"


def cause_in_words(cause: Any) -> str:
    """Say what woke a component."""
    if cause is None:
        return "a call from outside"
    if isinstance(cause, str):
        return cause
    if isinstance(cause, tuple):
        return f"a message taken from {cause[0]}"
    if hasattr(cause, "items"):
        return f"a message in {cause.name}"
    return f"{name_of(cause)}, which ended"


def name_of(component: Any) -> str:
    """Return the name of a component, without the module that its class is from."""
    if component is None:
        return "nobody"
    return str(getattr(component, "short_name", None) or getattr(component, "name", component))


def shorten(value: Any, width: int = 60) -> str:
    """Return ``repr(value)``, shortened, whatever that repr does.

    >>> shorten("x" * 100, 12)
    "'xxxxxxxx..."
    """
    if isinstance(value, (str, bytes, bytearray)) and len(value) > width:
        value = value[: width + 1]
    try:
        text = repr(value)
    except Exception as error:  # a broken repr must not break the view of it
        text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= width else text[: width - 3] + "..."
