"""The state of a component in the words of a picture, and in a few more what it waits for.

The engine's own words are about its queues; these are about what a learner sees. A component that
sleeps because a box is full is *blocked*, any other that sleeps is *waiting*. What is shown of the present and of the
past comes from the same record, so it is the same. While a lab runs at full speed this is asked a dozen times a
second; then a component's own word has to do, and no code is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from ..core.events import error_in_words
from ..core.meeting import IN_PAUSE, IN_RECV, IN_SLEEP
from ..core.meeting import RUNNING as THREAD_BUSY
from ..core.states import ALIVE, ASLEEP, FAILED, FINISHED, NEW, RUNNABLE, STOPPED, WAITING
from ..core.waits import CHILDREN, MESSAGE, THREAD, TIME
from ..core.world import World
from ..explain import facts
from ..explain.reading import inboxes_looked_at
from .quoting import label

#: The engine's words for a component's life, in the words of a picture.
WORDS = {
    NEW: "new",
    RUNNABLE: "runnable",
    ASLEEP: "waiting",
    WAITING: "waiting",
    FINISHED: "finished",
    STOPPED: "stopped",
    FAILED: "failed",
    facts.RUNNING: "running",
    facts.ELSEWHERE: "blocked",
}

_SAY = {NEW: "not active yet", FINISHED: "has finished", STOPPED: "was stopped"}

#: What a component waits for, by what its code says it awaits.
_AWAITED = {MESSAGE: "a message", TIME: "its timer", CHILDREN: "its children"}
_OF_THREAD = {IN_RECV: "a message", IN_PAUSE: "a message", IN_SLEEP: "its timer"}

#: A pause: when its timer is due, and what the component awaits; see the record "paused".
Pause = tuple[float | None, tuple[Any, ...] | None]


def is_rushing(lab: World) -> bool:
    """Return whether a lab runs at full speed, so that whose turn it is is over before anybody could read it."""
    return lab.state == "running" and lab.pace is None


def roughly(components: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    """Return for each component of a lab at full speed its state and what more there is to say of it."""
    found = {}
    for component in components:
        state = WORDS.get(component._life, "waiting")
        if state == "waiting" and any(box.is_full() for box in component._out.values()):
            found[component] = ("blocked", "waits for room")
        else:
            found[component] = (state, _ended_in_words(component, component._life))
    return found


def exactly(lab: World, components: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    """Return the same from the engine, for a lab that stands still; the record may have forgotten how it began."""
    moment = facts.Moment(lab)
    found = {}
    for component in components:
        life = component._life
        if life in ALIVE and component._scheduler is moment.scheduler:
            life = _LIVES.get(moment.status(component), life)
        timer = component._pause_timer
        full = next((box.target for box in component._out.values() if box.is_full()), None)
        found[component] = state_of(component, life, (timer.when if timer else None, component._awaits), full)
    return found


#: What the engine will make of these at the end of the round.
_LIVES = {facts.PAUSING: ASLEEP, facts.RUNNING: RUNNABLE, facts.ELSEWHERE: ASLEEP, RUNNABLE: RUNNABLE}


def state_of(component: Any, life: str, pause: Pause | None, full: Any = None) -> tuple[str, str]:
    """Return a component's state and what more there is to say of it.

    The state is one of: new runnable running waiting blocked failed finished stopped.

    Args:
        component: the component.
        life: a word of :mod:`kamlab.core.states`.
        pause: its last pause, if it sleeps.
        full: the full inbox at the end of one of its outboxes, if there is one.
    """
    state = WORDS.get(life, "waiting")
    if state != "waiting":
        return state, _ended_in_words(component, life)
    if life == WAITING:
        return state, "waits for its own generator"
    deadline, awaited = pause or (None, None)
    if awaited is not None and awaited[0] == THREAD:
        return _state_of_thread(awaited)
    if full is not None and awaited is None and component.woken_by_collection:
        return "blocked", f"waits for room in {label(full.owner.short_name, 24)}.{label(str(full.name), 16)}"
    if awaited is not None:
        words = [_AWAITED[awaited[0]]]
    else:
        looked_at = _looked_at(component)
        words = ["a message"] if looked_at is None or looked_at else []
        words += ["the network"] if hasattr(component, "_network") else []
    if deadline is not None and "its timer" not in words:
        words.append("its timer")
    return state, f"waits for {' or '.join(words)}" if words else "waits to be woken"


def _state_of_thread(awaited: tuple[Any, ...]) -> tuple[str, str]:
    _, place, deadline, _ = awaited
    if place == THREAD_BUSY:
        return "blocked", "its thread is busy elsewhere"
    words = [_OF_THREAD.get(place, "its thread")]
    if deadline is not None and words != ["its timer"]:
        words.append("its timer")
    return "waiting", f"waits for {' or '.join(words)}"


def _looked_at(component: Any) -> frozenset[str] | None:
    """Return which inboxes the code of a class looks into, if that can be told; read once for each class."""
    cls = type(component)
    if cls not in _LOOKED_AT:
        _LOOKED_AT[cls] = inboxes_looked_at(component)
    return _LOOKED_AT[cls]


_LOOKED_AT: WeakKeyDictionary[type, frozenset[str] | None] = WeakKeyDictionary()


def _ended_in_words(component: Any, life: str) -> str:
    """Say how a component came to its end, or why it did not begin; nothing for the others."""
    if life == FAILED:
        error = component._error
        return label(error_in_words(error), 60) if error is not None else "has failed"
    return _SAY.get(life, "")
