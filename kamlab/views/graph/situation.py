"""What there is to be drawn at one moment: who, in what state, what is linked, what waits.

Read either from the lab as it stands (here), or from its history (:mod:`.past`). Everything after
that is the same for both.

Who is shown
------------
Everybody alive; children that are linked or held by somebody alive and not active yet; whoever is at
the other end of a link. Of those that have ended: the last :data:`FAILURES` that failed; those
that a living parent still holds; and, where there is no such parent, the last eight that ended
within the last fifty slices. So a system that has just come to its end is still to be seen, and a
server does not fill the picture with connections that are gone.

While a lab runs freely this is computed a dozen times a second, so then a component's state is its
own word for it, and no code is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ...core.component import Component
from ...core.events import error_in_words
from ...core.microprocess import Microprocess
from ...core.states import ASLEEP, ENDED, FAILED, FINISHED, NEW, RUNNABLE, STOPPED, WAITING
from ...core.world import World
from ...explain import facts
from ...explain.needs import CHILD, MESSAGE, NETWORK, OUTSIDE, ROOM, TIMER, needs_of
from ..keys import key_of
from ..quoting import label
from .counts import Ledger

#: How many of those that failed stay in the picture.
FAILURES = 8
#: How many components are looked at; those beyond are only counted.
SEARCHED = 1000

#: The words of the engine for a component's life, in the words of a picture.
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

_SAY = {"new": "not active yet", "finished": "has finished", "stopped": "was stopped"}

#: What may end the waiting, in the order in which it is said.
_AWAITED = ((MESSAGE, "a message"), (OUTSIDE, "a message"), (NETWORK, "the network"), (TIMER, "its timer"))


@dataclass(slots=True)
class Situation:
    """What there is at one moment. ``who`` has (state, say) by component, in order."""

    who: dict[Any, tuple[str, str]]
    parents: dict[Any, Any]
    links: list[tuple[Any, Any]]
    waiting: dict[Any, int]
    lost: dict[Any, int]
    next: Any = None
    more: int = 0
    keys: dict[Any, str] = field(default_factory=dict)

    def key(self, component: Any) -> str:
        """Return the key of a component."""
        found = self.keys.get(component)
        if found is None:
            found = self.keys[component] = key_of(component)
        return found


def situation_of(lab: World, ledger: Ledger) -> Situation:
    """Return what there is in a lab now; under its lock."""
    running = lab.state == "running"
    members = _members(lab.scheduler.members.values())
    more = max(0, len(members) - SEARCHED)
    members = members[:SEARCHED]
    everybody = dict.fromkeys(members)
    for each in members:
        everybody.update(dict.fromkeys(_children(each)))
    links = _links(everybody)
    for source, sink in list(links):
        for end in (source.owner, sink.owner):
            if end not in everybody:
                everybody[end] = None
                links += _links((end,))
    links = list(dict.fromkeys(links))
    everybody.update(dict.fromkeys(each for each in lab.failures[-FAILURES:] if isinstance(each, Component)))
    everybody.update(dict.fromkeys(_ended(lab, ledger)))
    waiting, lost = _boxes(everybody)
    states = _rough_states(everybody) if running else _states(everybody, lab)
    return Situation(
        states,
        parents_of(everybody, ledger.home),
        links,
        waiting,
        lost,
        None if running else next_of(lab),
        more,
    )


def parents_of(everybody: Iterable[Any], home: Any) -> dict[Any, Any]:
    """Return in whom each component is: its parent; for one that was let go of at its end, who activated it."""
    parents = {}
    numbers = {each._number: each for each in everybody if each._number}
    there = set(everybody)
    for each in numbers.values():
        parent = each._parent
        if parent is None and each._life in ENDED:
            found = numbers.get(home(each._number))
            parent = found if found is not None and found._children is not None else None
        if parent in there and parent is not each:
            parents[each] = parent
    for each in there:
        if not each._number and each._parent in there:
            parents[each] = each._parent
    return parents


def _members(members: Iterable[Microprocess]) -> list[Component]:
    """Return the components that are alive, but for those that another one waits for as if they were its own code."""
    return [
        each
        for each in members
        if isinstance(each, Component) and (each._awaited_by is None or each._awaited_by._delegate is not each)
    ]


def _children(component: Any) -> Iterable[Any]:
    """Yield the children that are not alive: not active yet, or ended and still held."""
    for child in component._children or ():
        if not child._number or child._life in ENDED:
            yield child
            yield from _children(child)


def _ended(lab: World, ledger: Ledger) -> list[Any]:
    """Return who ended lately, and is missed by no parent that is alive."""
    members = lab.scheduler.members
    return [
        each
        for each in ledger.ended(lab.scheduler.step)
        if isinstance(each, Component)
        and each._scheduler is lab.scheduler
        and ledger.home(each._number) not in _numbers(members)
    ]


def _numbers(members: dict[int, Microprocess]) -> set[int]:
    return {each._number for each in members.values() if getattr(each, "_children", None) is not None}


def _links(components: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Return the links from and to the boxes of some components."""
    found = []
    for each in components:
        for boxes in (each._in, each._out):
            for box in boxes.values():
                if box.onward is not None:
                    found.append((box, box.onward))
                for source in box.sources:
                    if source.owner not in components:
                        found.append((source, box))
    return found


def _boxes(components: Iterable[Any]) -> tuple[dict[Any, int], dict[Any, int]]:
    """Return how many messages wait in each inbox that is not empty, and what each outbox has lost."""
    waiting, lost = {}, {}
    for each in components:
        held = getattr(each, "_incoming", None)
        for name, box in each._in.items():
            number = len(box.items) + (len(held.get(name) or ()) if held else 0)
            if number:
                waiting[box] = number
        for box in each._out.values():
            if box.discarded:
                lost[box] = box.discarded
    return waiting, lost


def next_of(lab: World) -> Any:
    """Return who has the next turn; somebody's helper counts as that one."""
    first: Any = next(iter(lab.scheduler.runnable()), None)
    while first is not None and first._awaited_by is not None and first._awaited_by._delegate is first:
        first = first._awaited_by
    return first


def _rough_states(components: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    found = {}
    for each in components:
        life = each._life
        state = WORDS.get(life, "waiting")
        if state == "waiting" and _is_held_up(each):
            found[each] = ("blocked", "waits for room")
        else:
            found[each] = (state, ended_in_words(each, state))
    return found


def _states(components: Iterable[Any], lab: World) -> dict[Any, tuple[str, str]]:
    moment = facts.Moment(lab)
    found = {}
    for each in components:
        life = each._life
        status = moment.status(each) if life not in ENDED and each._scheduler is lab.scheduler else life
        state = WORDS.get(status, "waiting")
        if status == facts.ELSEWHERE:
            found[each] = (state, "its thread is busy elsewhere")
        elif state == "waiting":
            found[each] = _waiting(each, moment)
        else:
            found[each] = (state, ended_in_words(each, state))
    return found


def _waiting(component: Any, moment: facts.Moment) -> tuple[str, str]:
    """Say what a sleeper waits for."""
    if component._delegate is not None:
        return "waiting", "waits for its own generator"
    needs = needs_of(component, moment)
    room = [need for need in needs if need.kind == ROOM]
    if room and room[0].box is not None:
        box = room[0].box
        return "blocked", f"waits for room in {label(box.owner.short_name, 24)}.{label(str(box.name), 16)}"
    kinds = {need.kind for need in needs}
    words = list(dict.fromkeys(word for kind, word in _AWAITED if kind in kinds))
    if CHILD in kinds and not any(need.kind == MESSAGE for need in needs):
        words.insert(0, "its children")
        words = [word for word in words if word != "a message"]
    return "waiting", f"waits for {' or '.join(words[:2])}" if words else "waits to be woken"


def _is_held_up(component: Any) -> bool:
    """Whether a sleeper has sent to an inbox that is full now, as far as can be told without its code."""
    return any(
        box.target.limit is not None and len(box.target.items) >= box.target.limit for box in component._out.values()
    )


def ended_in_words(component: Any, state: str) -> str:
    """Say how a component came to its end, or why it did not begin; nothing for the others."""
    if state == "failed":
        error = component._error
        return label(error_in_words(error), 60) if error is not None else "has failed"
    return _SAY.get(state, "")


__all__ = ["FAILURES", "WORDS", "Situation", "ended_in_words", "next_of", "parents_of", "situation_of"]
