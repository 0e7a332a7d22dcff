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
from ...core.microprocess import Microprocess
from ...core.states import ENDED
from ...core.world import World
from ..keys import key_of
from ..moments import states_of
from ..states import is_rushing
from .counts import Ledger

#: How many of those that failed stay in the picture.
FAILURES = 8
#: How many components are looked at; those beyond are only counted.
SEARCHED = 1000


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
    states = states_of(lab, everybody)
    return Situation(
        states,
        parents_of(everybody, ledger.home),
        links,
        _waiting(everybody),
        lost_by(everybody),
        None if is_rushing(lab) else next_of(lab),
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


def lost_by(components: Iterable[Any]) -> dict[Any, int]:
    """Return how many messages each outbox has lost."""
    return {box: box.discarded for component in components for box in component._out.values() if box.discarded}


def _waiting(components: Iterable[Any]) -> dict[Any, int]:
    """Return how many messages wait in each inbox that is not empty."""
    waiting = {}
    for each in components:
        held = getattr(each, "_incoming", None)
        for name, box in each._in.items():
            number = len(box.items) + (len(held.get(name) or ()) if held else 0)
            if number:
                waiting[box] = number
    return waiting


def next_of(lab: World) -> Any:
    """Return who has the next turn; somebody's helper counts as that one."""
    first: Any = lab.scheduler.next_up()
    while first is not None and first._awaited_by is not None and first._awaited_by._delegate is first:
        first = first._awaited_by
    return first


__all__ = ["FAILURES", "Situation", "next_of", "parents_of", "situation_of"]
