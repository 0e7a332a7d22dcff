"""Livelock: two robots at a narrow door let each other go first, forever.

Which robot is in the door is read from the messages to it: pairs that end in ``"in"`` or ``"out"``. That two are
never in it at a time must not be luck: a robot that goes in must have been able to know that the other one is out.
So the other's "out" must have happened before its "in".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from ...core.component import Component
from ...core.events import Event
from ..exercise import exercise
from ..runs import Run, Wrong, runs
from .traffic import of_type

#: How many schedules to try, and for how many of them to examine what each robot could have known.
SCHEDULES = 1000
CLOSELY = 100
#: How a run is played: a good one needs about twenty slices.
HOW: dict[str, Any] = {"slices": 300}

ROBOTS = 2
IN, OUT = "in", "out"


def happened(run: Run) -> str:
    """Describe how much was sent, if the run did not end and not all got through; "" otherwise."""
    through = [event for event in _at_door(run) if event.message[-1] == OUT]
    if run.outcome.reason != "max_steps" or len(through) >= ROBOTS:
        return ""
    said = [event for event in run.lab.trace if event.kind == "sent" and event.box.owner is not run.made]
    last = ", ".join(repr(event.message) for event in said[-4:])
    who = " and ".join(event.component.short_name for event in through) or "no robot"
    return f"In {run.step} slices {who} got through, and {len(said)} messages were sent. The last ones: {last}."


def _at_door(run: Run) -> Iterator[Event]:
    """Yield the events of messages that tell the door that a robot goes in or comes out."""
    for event in run.lab.trace:
        if event.kind == "sent" and event.box.owner is run.made and _is_pair(event.message):
            yield event


def _is_pair(message: Any) -> bool:
    return isinstance(message, tuple) and len(message) > 1 and message[-1] in (IN, OUT)


@exercise("livelock", takes="a function that activates the system and returns its door", points=2, seconds=20)
def check(system: Callable[[], Any]) -> str:
    """Under every schedule both robots get through the door, one after the other."""
    _all_goes_well(system, CLOSELY)
    for run in runs(system, CLOSELY, **HOW):
        _not_by_luck(run)
    _all_goes_well(system, SCHEDULES)
    return f"In {SCHEDULES} schedules both robots got through the door, one after the other."


def _all_goes_well(system: Callable[[], Any], schedules: int) -> None:
    """Raise Wrong if in one of the schedules not both get through, or both at a time, or the run does not end."""
    for run in runs(system, schedules, **HOW):
        if not isinstance(run.made, Component):
            what = of_type(run.made)
            raise Wrong(f"cured() must return the door, a component. It returned {what}.")
        _one_at_a_time(run)
        if wrong := happened(run):
            raise Wrong(wrong, run)
        _all_are_through(run)
        if run.outcome.reason == "max_steps":
            raise Wrong(f"Both robots are through, but after {run.step} slices the messages still do not end.", run)


def _one_at_a_time(run: Run) -> None:
    """Raise Wrong if a robot goes in while the other is in."""
    if not run.lab.trace.whole:
        raise Wrong(f"More was sent in {run.step} slices than the lab remembers.", run)
    inside: Any = None
    for event in _at_door(run):
        name, goes_in = event.component.short_name, event.message[-1] == IN
        if goes_in and inside is not None:
            who = inside.short_name
            raise Wrong(f"{name} went into the door in step {event.step}, while {who} was in it.", run, event.step)
        if not goes_in and inside is not event.component:
            raise Wrong(f"{name} came out of the door in step {event.step}, but it was not in it.", run, event.step)
        inside = event.component if goes_in else None


def _not_by_luck(run: Run) -> None:
    """Raise Wrong if a robot goes in after the other is out, without a message that could have told it so."""
    for out, into in pairwise(_at_door(run)):
        if into.message[-1] == IN and not run.lab.happens_before(out, into):
            name, who = into.component.short_name, out.component.short_name
            raise Wrong(
                f"{name} went into the door in step {into.step}. {who} had been out since step {out.step}, "
                f"but no message could have told {name}: it was luck.",
                run,
                into.step,
            )


def _all_are_through(run: Run) -> None:
    """Raise Wrong if nothing can run any more, and a robot has not come out of the door."""
    through = {event.component: None for event in _at_door(run) if event.message[-1] == OUT}
    names = [robot.short_name for robot in through]
    if len(names) >= ROBOTS:
        return
    waiting = [
        component.short_name
        for component in run.lab.components
        if isinstance(component, Component) and component is not run.made and not component.child_components()
    ]
    who = f"Only {names[0]} has got" if names else "No robot has got"
    rest = f"{' and '.join(waiting)} still wait for a message" if waiting else "no other robot is left"
    circle = ", each for the other: this is a deadlock" if run.deadlock else ""
    raise Wrong(f"{who} through the door, and {rest}{circle}.", run)
