"""Events, components, messages and errors in words, the same in every process.

Texts about a run are shown to people, and compared when the run is replayed. So they contain no address and no point in
time, are made without running the code of users' classes if that can be avoided, and making one never raises.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .event_kinds import (
    ACTIVATED,
    BYTES_IN,
    BYTES_OUT,
    CLOCK,
    DISCARDED,
    FAILED,
    HELD,
    INSERTED,
    LINKED,
    PRINTED,
    RECEIVED,
    REMOVED,
    RESUMED,
    SENT,
    TAKEN,
    UNLINKED,
    WOKEN,
)
from .ipc import Ipc
from .microprocess import Microprocess
from .repr_worker import said
from .safe_repr import LIMIT, NO_ANSWER, class_attribute, class_name, names_of_class, safe_repr, safe_str
from .task import task_of

if TYPE_CHECKING:
    from .events import Event


def describe(event: Event, error_texts: bool = True) -> str:
    """Describe an event; without ``error_texts`` an error is only its type, without its text.

    >>> from kamlab.core.events import Event
    >>> describe(Event("paused", 3, 0.0, detail="waits for a message"))
    'no component paused: waits for a message'
    """
    name = name_of(event.component)
    if event.kind == SENT:
        source = end_of(event.source.owner, event.source.name) if event.source is not None else "outside"
        return f"{source} -> {end_of(event.box.owner, event.box.name)}: {message_in_words(event)}"
    if event.kind == DISCARDED:
        return f"{name}.{event.source.name} -> nowhere: {message_in_words(event)} is discarded"
    if event.kind == RECEIVED:
        place = f", place {event.detail}" if event.detail else ""
        return f"{name} takes {message_in_words(event)} from {event.box.name}{place}"
    if event.kind == TAKEN:
        return f"the thread of {name} takes {shorten(event.message)} from {event.box.name}"
    if event.kind in (REMOVED, INSERTED):
        return _handled_in_words(event)
    if event.kind in (RESUMED, ACTIVATED):
        return f"{name} {event.kind}"
    if event.kind == FAILED:
        return f"{name} failed: {error_in_words(event.detail) if error_texts else type(event.detail).__name__}"
    if event.kind == WOKEN:
        return f"{name} woken by {cause_in_words(event.detail)}"
    if event.kind == HELD:
        return f"{name} is {event.detail}"
    if event.kind == CLOCK:
        return f"the clock jumps to {shorten(event.detail)} s"
    if event.kind == PRINTED:
        return f"{name} prints {shorten(event.detail)}"
    if event.kind in (LINKED, UNLINKED):
        link = event.component
        return f"{end_of(*link.source_pair())} {event.kind} to {end_of(*link.sink_pair())}".replace(
            "unlinked to", "unlinked from"
        )
    if event.kind in (BYTES_IN, BYTES_OUT):
        return f"{name} {'reads' if event.kind == BYTES_IN else 'writes'} {event.detail} bytes"
    return f"{name} {event.kind}: {event.detail}"


def message_in_words(event: Event) -> str:
    """Describe the message of an event as it was when it moved, and as it is now if that differs."""
    return then_and_now(event.said, shorten(event.message))


def then_and_now(said: str | None, now: str) -> str:
    """Describe a message as it was, by the text that was kept if any, and as it is now if that differs.

    >>> then_and_now("[0]", "[0, 1]"), then_and_now(None, "17")
    ('[0] (now [0, 1]: changed after it was sent)', '17')

    Where one of them is missing since the object did not answer in time, it is not known whether it has changed.

    >>> then_and_now("[0]", "<Slow whose repr takes too long>")
    '[0]'
    """
    if said is None or said == now or NO_ANSWER.search(said):
        return now
    if NO_ANSWER.search(now):
        return said
    if now.endswith("...") and said.startswith(now[:-3]):
        return now
    return f"{said} (now {now}: changed after it was sent)"


def pause_in_words(pause: tuple[float | None, Any]) -> str:
    """Describe the end of a pause, given when its timer is due and what the component awaits."""
    return "waits to be woken" if pause[0] is None else "waits to be woken, or for its timer"


def _handled_in_words(event: Event) -> str:
    """Describe a message that was inserted into an inbox, or removed from it, by no component."""
    box = end_of(event.box.owner, event.box.name)
    index, why = event.detail if isinstance(event.detail, tuple) else (0, event.detail)
    what = f"removed from {box}" if event.kind == REMOVED else f"put into {box}"
    return f"{shorten(event.message)} is {what}, place {index}: {why}"


def end_of(component: Any, box: str) -> str:
    """Return the name of one end of a link: ``TimeTick_3.outbox``."""
    return f"{name_of(component)}.{box}"


def error_in_words(error: BaseException) -> str:
    """Describe an error safely, whatever its ``__str__`` does.

    >>> error_in_words(ValueError("too big"))
    'ValueError: too big'
    """
    return f"{class_name(type(error))}: {_text_of(error)}"


def _text_of(error: BaseException) -> str:
    """Return the ``str`` of an error; its arguments are written as in a message."""
    args = _ARGS_OF(error)
    write = class_attribute(type(error), "__str__")
    if write is _ERROR_STR and len(args) > 1:
        return words_of(args, ERROR_TEXT)
    if write in (_ERROR_STR, _KEY_ERROR_STR) and len(args) == 1:
        only = args[0]
        if write is _KEY_ERROR_STR or id(class_attribute(type(only), "__repr__")) in _CONTAINERS:
            return words_of(only, ERROR_TEXT)
        return safe_str(only)
    return safe_str(error)


#: The most characters of the text of an error that was made with something other than a text.
ERROR_TEXT = 4000
_ERROR_STR, _KEY_ERROR_STR = vars(BaseException)["__str__"], vars(KeyError)["__str__"]
_ARGS_OF: Callable[[BaseException], tuple[Any, ...]] = vars(BaseException)["args"].__get__


def cause_in_words(cause: Any) -> str:
    """Describe what woke a component."""
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

    It is the same in every process that builds the same system: a component that was never activated has no
    number yet, and a generator that a component waits for is named after that component.
    """
    if component is None:
        return "no component"
    if isinstance(component, Microprocess):
        given = component.__dict__.get("_name")
        if type(given) is str:
            return given
        if given is None:
            kind = type(component).__name__
            task = task_of(component)
            if task.awaited_by is not None:
                return f"{kind}_{task.number or '?'} for {name_of(task.awaited_by)}"
            return f"{kind}_{task.number}{component._tag}" if task.number else f"{kind}_?"
    name = getattr(component, "short_name", None) or getattr(component, "name", component)
    return name if type(name) is str else safe_str(name)


# -- messages in words --------------------------------------------------------------------------------

#: The parts of a repr that differ between processes, or from moment to moment.
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
_STATE = re.compile(r"<([^<>:]+): (?:new|runnable|waiting|waiting for a generator|finished|stopped|failed)>")


def shorten(value: Any, width: int = 60) -> str:
    """Return :func:`words_of` a value, shortened.

    >>> shorten("x" * 100, 12)
    "'xxxxxxxx..."
    """
    text = words_of(value, width + 1)
    return text if len(text) <= width else text[: width - 3] + "..."


def words_of(value: Any, enough: int | None = None) -> str:
    """Return the ``repr`` of a value, safely, and the same in every process.

    Components are their names, sets are sorted, and addresses are left out. Of a long value only about
    ``enough`` characters are made.

    >>> words_of({"b", "a"})
    "{'a', 'b'}"
    >>> words_of([object()])
    '[<object object>]'
    """
    if type(value) is str:
        return repr(value[:enough])
    if type(value) is int and value in _SHORT:
        return repr(value)
    return said(lambda item: _words_or_why_not(item, LIMIT if enough is None else enough), value)


def _words_or_why_not(value: Any, enough: int) -> str:
    try:
        return _words(value, enough, ())
    except Exception as error:  # it changed while it was read
        return f"<{class_name(type(value))} whose repr raises {class_name(type(error))}>"


#: The numbers whose text is short.
_SHORT = range(-(10**18), 10**18)


def _words(value: Any, enough: int, within: tuple[int, ...]) -> str:
    cls = type(value)
    if cls is int and value in _SHORT:
        return repr(value)
    for kind in (str, bytes, bytearray):
        if issubclass(cls, kind):
            return repr(kind.__getitem__(value, slice(enough)))
    if issubclass(cls, Microprocess):
        return name_of(value)
    own = class_attribute(cls, "__repr__")
    base, write = _CONTAINERS.get(id(own), (None, None))
    is_ipc = own is _IPC_REPR and issubclass(cls, Ipc)
    if is_ipc or (base is not None and issubclass(cls, base)):
        if id(value) in within or len(within) > DEEPEST:
            return "..."
        within += (id(value),)
        if write is not None:
            return write(value, lambda item: _words(item, enough, within), enough)
        given = ((name, field) for name, field in _VARS_OF_IPC(value).items() if not _is_nothing(field))
        inside = _joined(given, lambda pair: f"{pair[0]}={_words(pair[1], enough, within)}", enough)
        name = names_of_class(cls).get("axon_name")
        return f"{name if type(name) is str else class_name(cls)}({inside})"
    if class_attribute(cls, "onward") and class_attribute(cls, "target"):  # a box: its repr counts messages
        return f"<{end_of(value.owner, value.name)}>"
    text = safe_repr(value)
    return _STATE.sub(r"\1", _ADDRESS.sub("", text)) if "<" in text else text


def _is_nothing(value: Any) -> bool:
    return value is None or (type(value) in (tuple, dict) and not value)


_IPC_REPR = vars(Ipc)["__repr__"]
_VARS_OF_IPC: Callable[[Any], dict[str, Any]] = vars(Ipc)["__dict__"].__get__

#: How many nested containers are shown.
DEEPEST = 20

#: The largest set that is shown; all of its items have to be sorted for that.
LARGEST_SET = 1000


def _joined(values: Iterable[Any], say: Callable[[Any], str], enough: int) -> str:
    texts = []
    length = 0
    for value in values:
        texts.append(say(value))
        length += len(texts[-1]) + 2
        if length > enough:
            break
    return ", ".join(texts)


def _sorted(values: Iterable[Any], length: int, say: Callable[[Any], str], enough: int) -> str:
    if enough < LIMIT and length > LARGEST_SET:
        return f"{length} items"
    return ", ".join(sorted(map(say, values)))


def _set_in_words(value: Any, say: Callable[[Any], str], enough: int) -> str:
    name, length = class_name(type(value)), set.__len__(value)
    inside = _sorted(set.__iter__(value), length, say, enough)
    return f"{name}()" if not length else f"{{{inside}}}" if name == "set" else f"{name}({{{inside}}})"


def _frozenset_in_words(value: Any, say: Callable[[Any], str], enough: int) -> str:
    name, length = class_name(type(value)), frozenset.__len__(value)
    return f"{name}({{{_sorted(frozenset.__iter__(value), length, say, enough)}}})" if length else f"{name}()"


def _tuple_in_words(value: Any, say: Callable[[Any], str], enough: int) -> str:
    return f"({_joined(tuple.__iter__(value), say, enough)}{',' if tuple.__len__(value) == 1 else ''})"


#: How containers are written, by their repr, which subclasses may share. The methods are those of the containers
#: themselves, not those with which a subclass may override them.
_CONTAINERS: dict[int, tuple[type, Callable[[Any, Callable[[Any], str], int], str]]] = {
    id(vars(base)["__repr__"]): (base, write)
    for base, write in (
        (list, lambda value, say, enough: f"[{_joined(list.__iter__(value), say, enough)}]"),
        (tuple, _tuple_in_words),
        (
            deque,
            lambda value, say, enough: f"{class_name(type(value))}([{_joined(deque.__iter__(value), say, enough)}])",
        ),
        (
            dict,
            lambda value, say, enough: (
                "{" + _joined(dict.items(value), lambda pair: f"{say(pair[0])}: {say(pair[1])}", enough) + "}"
            ),
        ),
        (
            BaseException,
            lambda value, say, enough: f"{class_name(type(value))}({_joined(_ARGS_OF(value), say, enough)})",
        ),
        (set, _set_in_words),
        (frozenset, _frozenset_in_words),
    )
}
