"""What views show of one component: its key, its name, and its state in words.

The page refers to a component by a short key that stays the same when the system is built again. Names will not do,
since two components may have the same name. The key is the number that a lab gives a component at activation; a child
that is not active yet has its parent's key and its place among the children.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..analysis.snapshot import Stand
from ..analysis.source_hints import inboxes_looked_at
from ..core.awaitables import CHILDREN, MESSAGE, THREAD, TIME
from ..core.component import Component, planned_in
from ..core.describe import error_in_words, name_of
from ..core.ended_components import Ended
from ..core.errors import UnknownComponent, listed
from ..core.microprocess import Microprocess
from ..core.states import ASLEEP, BLOCKED, FAILED, FINISHED, HELD, NEW, STOPPED
from ..core.task import task_of
from ..core.thread_request import IN_PAUSE, IN_RECV, IN_SLEEP
from ..core.thread_request import RUNNING as THREAD_BUSY
from ..core.world import World
from .printable import label

# -- keys and names -----------------------------------------------------------------------------------


def key_of(component: Microprocess) -> str:
    """Return the key of a component: ``"7"``, or ``"4.0"`` for the first child of 4 that is not active yet.

    >>> from kamlab import Component, Lab
    >>> with Lab() as lab:
    ...     key_of(Component().activate())
    '1'
    """
    number, parent = task_of(component).number, task_of(component).parent
    if number:
        return str(number)
    if parent is None:
        return "0"
    place = next((place for place, child in enumerate(task_of(parent).children or ()) if child is component), 0)
    return f"{key_of(parent)}.{place}"


def component_with_key(lab: World, key: str) -> Component | None:
    """Return the component of a key, one that is alive or a child that is not active yet; ``None`` if there is none."""
    return next((component for known, component in _known(lab) if known == key), None)


def find_component(lab: World, key: str, others: Iterable[Any] = ()) -> Component:
    """Return the component of a key: one that :func:`component_with_key` finds, or one of these others.

    Raises:
        UnknownComponent: there is none; the message says what there is.
    """
    found = component_with_key(lab, key)
    if found is None:
        ended = (other for other in others if isinstance(other, Component))
        found = next((component for component in ended if key_of(component) == key), None)
    if found is None:
        keys = listed(f"{key_of(component)} ({component.short_name})" for component in lab.components)
        raise UnknownComponent(f"there is no component with the key {key!r}; there are: {keys}")
    return found


def _known(lab: World) -> Iterator[tuple[str, Component]]:
    for member in list(lab.scheduler.members.values()):
        if isinstance(member, Component):
            key = key_of(member)
            yield key, member
            yield from _not_active(member, key)


def _not_active(component: Component, key: str) -> Iterator[tuple[str, Component]]:
    """Yield the children that are not active yet, also those that a chassis takes in when it first runs."""
    for place, child in enumerate(list(planned_in(component)[0]) or task_of(component).children or ()):
        if not task_of(child).number:
            yield f"{key}.{place}", child
            yield from _not_active(child, f"{key}.{place}")


def safe_name(component: Any) -> str:
    """Return the name of a component, or of one that has ended, as a short printable text."""
    return label(name_of(component), 40)


# -- states in words ----------------------------------------------------------------------------------

_SAY = {NEW: "not active yet", HELD: "held by you", FINISHED: "has finished", STOPPED: "was stopped"}

#: What a component waits for, by what its code awaits.
_AWAITED = {MESSAGE: "a message", TIME: "its timer", CHILDREN: "its children"}
_OF_THREAD = {IN_RECV: "a message", IN_PAUSE: "a message", IN_SLEEP: "its timer"}


def say(component: Any, stand: Stand, rushing: bool = False) -> str:
    """Return in a few words what a component waits for, or how it ended; "" for one that can run.

    Args:
        component: the component.
        stand: how it stands.
        rushing: whether its lab runs at full speed and is asked a dozen times a second; then no code is read.
    """
    if stand.state == FAILED:
        error = task_of(component).error
        return label(error_in_words(error), 60) if error is not None else "has failed"
    if stand.state not in (ASLEEP, BLOCKED):
        return _SAY.get(stand.state, "")
    if stand.helper is not None:
        return "waits for its own generator"
    deadline, awaited = stand.pause or (None, None)
    if awaited is not None and awaited[0] == THREAD:
        return _of_thread(awaited)
    if stand.state == BLOCKED:
        box = stand.full
        return f"waits for room in {label(box.owner.short_name, 24)}.{label(str(box.name), 16)}"
    if rushing:
        return ""
    if awaited is not None:
        words = [_AWAITED[awaited[0]]]
    else:
        looked_at = inboxes_looked_at(component)
        words = ["a message"] if looked_at is None or looked_at else []
        words += ["the network"] if hasattr(component, "_network") else []
    return _waits_for(words, deadline)


def _of_thread(awaited: tuple[Any, ...]) -> str:
    _, place, deadline, _ = awaited
    if place == THREAD_BUSY:
        return "its thread is busy elsewhere"
    return _waits_for([_OF_THREAD.get(place, "its thread")], deadline)


def _waits_for(words: list[str], deadline: float | None) -> str:
    if deadline is not None and "its timer" not in words:
        words = [*words, "its timer"]
    return f"waits for {' or '.join(words)}" if words else "waits to be woken"


def error_of(component: Microprocess | Ended) -> str:
    """Return the error that a component failed with as a short printable text."""
    if isinstance(component, Ended):
        return label(component.error, 200)
    error = task_of(component).error
    return label(error_in_words(error).removesuffix(": "), 200) if error is not None else "no error is known"
