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
received    inbox, message, and the index unless it was the oldest
removed     inbox, message, (index, why): taken away by no component
inserted    inbox, message, (index, why): put there by no component
paused      component, reason
woken       component, cause
activated   component, who did it
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

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .ipc import Ipc
from .microprocess import Microprocess

RESUMED = "resumed"
SENT = "sent"
DISCARDED = "discarded"
RECEIVED = "received"
REMOVED = "removed"
INSERTED = "inserted"
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
    FAILED,
    FINISHED,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``step`` counts slices from 1; 0 is before the first. ``time`` is the lab's clock in seconds.
    ``component`` is who it happened to, ``cause`` whose slice it happened in (``None``: from
    outside). ``box`` and ``source`` are set where messages move. ``number`` is its place in the
    lab's trace, counted from 0 since the lab began; -1 if it is in none.
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

    def __str__(self) -> str:
        return f"{self.step:>5}  {describe(self)}"

    __repr__ = __str__


def describe(event: Event, error_texts: bool = True) -> str:
    """Say an event in words; without ``error_texts`` only the type of an error, not what it says of itself.

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
        place = f", place {event.detail}" if event.detail else ""
        return f"{who} takes {shorten(event.message)} from {event.box.name}{place}"
    if event.kind in (REMOVED, INSERTED):
        return _handled_in_words(event)
    if event.kind in (RESUMED, ACTIVATED):
        return f"{who} {event.kind}"
    if event.kind == FAILED:
        return f"{who} failed: {error_in_words(event.detail) if error_texts else type(event.detail).__name__}"
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


def _handled_in_words(event: Event) -> str:
    """Say what was put into an inbox, or taken away, by no component."""
    box = end_of(event.box.owner, event.box.name)
    index, why = event.detail if isinstance(event.detail, tuple) else (0, event.detail)
    what = f"removed from {box}" if event.kind == REMOVED else f"put into {box}"
    return f"{shorten(event.message)} is {what}, place {index}: {why}"


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
        return f"a message taken from {end_of(cause[0].owner, cause[0].name)}"
    if hasattr(cause, "items"):
        return f"a message in {cause.name}"
    return f"{name_of(cause)}, which ended"


def name_of(component: Any) -> str:
    """Return the name of a component, without the module that its class is from.

    It is the same in every process that builds the same system: one that was never activated has no
    number yet, and a generator that a component waits for is named after that component.
    """
    if component is None:
        return "nobody"
    if isinstance(component, Microprocess) and component.__dict__.get("_name") is None:
        kind = type(component).__name__
        if component._awaited_by is not None:
            return f"{kind}_{component._number or '?'} for {name_of(component._awaited_by)}"
        if not component._number:
            return f"{kind}_?"
    return str(getattr(component, "short_name", None) or getattr(component, "name", component))


# -- messages in words --------------------------------------------------------------------------------

#: What differs from process to process, or from moment to moment, in what objects say of themselves.
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
_STATE = re.compile(r"<([^<>:]+): (?:new|runnable|asleep|waiting for a generator|finished|stopped|failed)>")


def shorten(value: Any, width: int = 60) -> str:
    """Return :func:`words_of` a value, shortened.

    >>> shorten("x" * 100, 12)
    "'xxxxxxxx..."
    """
    text = words_of(value, width + 1)
    return text if len(text) <= width else text[: width - 3] + "..."


def words_of(value: Any, enough: int | None = None) -> str:
    """Return what ``repr`` says of a value, the same in every process, whatever that repr does.

    Components are their names, sets are sorted, and addresses are left out. Of a long value no more than
    about ``enough`` characters are made.

    >>> words_of({"b", "a"})
    "{'a', 'b'}"
    >>> words_of([object()])
    '[<object object>]'
    """
    try:
        return _words(value, enough, ())
    except Exception as error:  # a broken repr must not break the view of it
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def _words(value: Any, enough: int | None, within: tuple[int, ...]) -> str:
    if isinstance(value, Microprocess):
        return name_of(value)
    if isinstance(value, (str, bytes, bytearray)):
        return repr(value if enough is None else value[:enough])
    container = _CONTAINERS.get(type(value))
    is_ipc = isinstance(value, Ipc) and type(value).__repr__ is Ipc.__repr__
    if container is not None or is_ipc:
        if id(value) in within or len(within) > DEEPEST:
            return "..."
        within += (id(value),)
    if container is not None:
        return container(value, lambda each: _words(each, enough, within), enough)
    if is_ipc:
        given = ((name, each) for name, each in vars(value).items() if each is not None and each != () and each != {})
        inside = _joined(given, lambda pair: f"{pair[0]}={_words(pair[1], enough, within)}", enough)
        return f"{type(value).__dict__.get('axon_name', type(value).__name__)}({inside})"
    if all(hasattr(type(value), name) for name in ("onward", "owner", "target")):  # a box: its repr counts messages
        return f"<{end_of(value.owner, value.name)}>"
    return _STATE.sub(r"\1", _ADDRESS.sub("", repr(value)))


#: How many containers within one another are shown.
DEEPEST = 20

#: How large a set may be to be shown; all of it has to be sorted for that.
LARGEST_SET = 1000


def _joined(values: Iterable[Any], say: Callable[[Any], str], enough: int | None) -> str:
    texts = []
    length = 0
    for value in values:
        texts.append(say(value))
        length += len(texts[-1]) + 2
        if enough is not None and length > enough:
            break
    return ", ".join(texts)


def _sorted(values: Any, say: Callable[[Any], str], enough: int | None) -> str:
    if enough is not None and len(values) > LARGEST_SET:
        return f"{len(values)} items"
    return ", ".join(sorted(map(say, values)))


_CONTAINERS: dict[type, Callable[[Any, Callable[[Any], str], int | None], str]] = {
    list: lambda value, say, enough: f"[{_joined(value, say, enough)}]",
    tuple: lambda value, say, enough: f"({_joined(value, say, enough)}{',' if len(value) == 1 else ''})",
    deque: lambda value, say, enough: f"deque([{_joined(value, say, enough)}])",
    dict: lambda value, say, enough: (
        "{" + _joined(value.items(), lambda pair: f"{say(pair[0])}: {say(pair[1])}", enough) + "}"
    ),
    set: lambda value, say, enough: f"{{{_sorted(value, say, enough)}}}" if value else "set()",
    frozenset: lambda value, say, enough: f"frozenset({{{_sorted(value, say, enough)}}})" if value else "frozenset()",
}
