"""The state of a component in the words of a picture, and in a few more what it waits for.

The engine's own words are about its queues; these are about what a learner sees. A component that
sleeps because a box is full is *blocked*, any other that sleeps is *waiting*. While a lab runs at full speed
this is asked a dozen times a second; then a component's own word has to do, and no code is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..core.events import error_in_words
from ..core.states import ASLEEP, ENDED, FAILED, FINISHED, NEW, RUNNABLE, STOPPED, WAITING
from ..core.world import World
from ..explain import facts
from ..explain.needs import CHILD, MESSAGE, NETWORK, OUTSIDE, ROOM, TIMER, needs_of
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
    facts.PAUSING: "waiting",
    facts.ELSEWHERE: "blocked",
}

_SAY = {NEW: "not active yet", FINISHED: "has finished", STOPPED: "was stopped"}

#: What may end the waiting, in the order in which it is said.
_AWAITED = ((MESSAGE, "a message"), (OUTSIDE, "a message"), (NETWORK, "the network"), (TIMER, "its timer"))


def is_rushing(lab: World) -> bool:
    """Return whether a lab runs at full speed, so that whose turn it is is over before anybody could read it."""
    return lab.state == "running" and lab.pace is None


def states_of(lab: World, components: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    """Return for each component its state and what more there is to say of it; hold the lab's lock.

    The state is one of: new runnable running waiting blocked failed finished stopped.
    """
    if is_rushing(lab):
        return {each: _roughly(each) for each in components}
    moment = facts.Moment(lab)
    return {each: _exactly(each, moment) for each in components}


def in_the_past(component: Any, life: str) -> tuple[str, str]:
    """Return the same for a component that was in a state of its life."""
    return WORDS.get(life, "waiting"), _ended_in_words(component, life)


def _roughly(component: Any) -> tuple[str, str]:
    life = component._life
    state = WORDS.get(life, "waiting")
    if state == "waiting" and any(box.is_full() for box in component._out.values()):
        return "blocked", "waits for room"
    return state, _ended_in_words(component, life)


def _exactly(component: Any, moment: facts.Moment) -> tuple[str, str]:
    life = component._life
    status = moment.status(component) if life not in ENDED and component._scheduler is moment.scheduler else life
    if status == facts.ELSEWHERE:
        return "blocked", "its thread is busy elsewhere"
    state = WORDS.get(status, "waiting")
    return _waiting(component, moment) if state == "waiting" else (state, _ended_in_words(component, life))


def _waiting(component: Any, moment: facts.Moment) -> tuple[str, str]:
    """Say what a sleeper waits for."""
    if component._delegate is not None:
        return "waiting", "waits for its own generator"
    needs = needs_of(component, moment)
    for need in needs:
        if need.kind == ROOM and need.box is not None:
            box = need.box
            return "blocked", f"waits for room in {label(box.owner.short_name, 24)}.{label(str(box.name), 16)}"
    kinds = {need.kind for need in needs}
    words = list(dict.fromkeys(word for kind, word in _AWAITED if kind in kinds))
    if CHILD in kinds and MESSAGE not in kinds:
        words = ["its children", *(word for word in words if word != "a message")]
    return "waiting", f"waits for {' or '.join(words[:2])}" if words else "waits to be woken"


def _ended_in_words(component: Any, life: str) -> str:
    """Say how a component came to its end, or why it did not begin; nothing for the others."""
    if life == FAILED:
        error = component._error
        return label(error_in_words(error), 60) if error is not None else "has failed"
    return _SAY.get(life, "")
