"""What can be so in a state of a system, in words: a component has ended, an inbox holds three messages, a deadlock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...analysis.words import counted
from .order_question import Draw
from .state_space import StateSpace

#: What can go wrong, as a clause; ``livelock`` and the like need orders without an end, and are not asked about.
FAULTS = {
    "deadlock": "nothing can run any more, because of a deadlock",
    "lost wake-up": "nothing can run any more, and a component sleeps beside a message that it would take",
    "failure": "a component has failed",
}
#: At how many ends of a system to look.
ENDS = 40


@dataclass(frozen=True)
class Condition:
    """Something that is so in some states.

    Attributes:
        clause: says it, as in "Is there an order in which, at some point, ..."
        states: the states in which it is so.
        at_end: whether only the states at the end of an order count.
        name: the name of what goes wrong.
        hint: what to say if it is so in no order, beyond that.
    """

    clause: str
    states: frozenset[int] = field(repr=False)
    at_end: bool = False
    name: str = ""
    hint: str = ""


def fault(space: StateSpace, name: str) -> Condition:
    """Return the condition that something has gone wrong."""
    return Condition(FAULTS[name], frozenset(space.wrong.get(name, ())), name=name)


def faults(space: StateSpace) -> Iterator[Condition]:
    """Yield what can go wrong, and what could be feared to, since components sleep at the end."""
    for name in FAULTS:
        if space.wrong.get(name):
            yield fault(space, name)
    sleep = any("sleeps" in space.look(end).lives.values() for end in space.ends[:ENDS])
    if sleep and not space.wrong.get("deadlock"):
        yield fault(space, "deadlock")


def ended(space: StateSpace, component: int) -> Condition:
    """Return the condition that a component has ended."""
    states = frozenset(state for state in space.costs if space.has_ended(state, component))
    return Condition(f"{space.name(component)} has ended", states)


def ended_before(space: StateSpace, one: int, other: int) -> Condition:
    """Return the condition that one component has ended, and another one has not."""
    clause = f"{space.name(one)} has ended and {space.name(other)} has not"
    states = space.costs
    found = frozenset(s for s in states if space.has_ended(s, one) and not space.has_ended(s, other))
    return Condition(clause, found)


def holds(space: StateSpace, box: tuple[int, str], count: int) -> Condition:
    """Return the condition that an inbox holds a number of messages."""
    found = frozenset(state for state in space.costs if space.count_in(state, box) == count)
    return Condition(f"{space.box_name(box)} holds {counted(count, 'message')}", found)


def endings(space: StateSpace, draw: Draw) -> Iterator[Condition]:
    """Yield pairs of which one has ended and the other has not, in a drawn order, of those that end in some order."""
    can_end = [
        one
        for one in space.actors
        if not space.has_ended(space.start, one) and any(space.has_ended(end, one) for end in space.ends)
    ]
    for one, other in draw.shuffled((one, other) for one in can_end for other in can_end if one != other):
        yield ended_before(space, one, other)


def fillings(space: StateSpace, draw: Draw) -> Iterator[Condition]:
    """Yield for each inbox that it holds the most messages that it can hold, and one more, in a drawn order."""
    for box in draw.shuffled(space.boxes()):
        most = max(space.count_in(state, box) for state in space.costs)
        hint = f"; {space.box_name(box)} never holds more than {most}"
        if most >= 1:
            for count in draw.shuffled((most, most + 1)):
                found = holds(space, box, count)
                yield found if found.states else Condition(found.clause, found.states, hint=hint)
