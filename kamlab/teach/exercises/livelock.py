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
from ..actions import SENDS, Action, Monitor
from ..exercise import exercise
from ..playing import play
from ..runs import Run, Wrong
from .traffic import of_type

#: How a run is played: a good one needs about twenty slices.
HOW: dict[str, Any] = {"slices": 300}

ROBOTS = 2
IN, OUT = "in", "out"


class Inside(Monitor):
    """One robot at a time is in the door. The state is the name of the one that is, or ""."""

    def start(self) -> str:
        """Return who is in the door at first."""
        return ""

    def see(self, state: str, action: Action) -> str:
        """Return who is in the door after an action."""
        if action.kind != SENDS or action.to is None or not action.to.is_a("Door") or not _is_pair(action.message):
            return state
        name, goes_in = action.by.name, action.message[-1] == IN
        if goes_in and state:
            raise Wrong(f"{name} went into the door in step {{step}}, while {state} was in it.")
        if not goes_in and state != name:
            raise Wrong(f"{name} came out of the door in step {{step}}, but it was not in it.")
        return name if goes_in else ""


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
    """In every order both robots get through the door, one after the other, and then the system comes to rest.

    A robot that goes in must have had a message from which it could know that the other is out. What they tell each
    other is not looked at.
    """
    played = play(system, _judge, monitor=Inside(), **HOW)
    return f"{played} both robots got through the door, one after the other."


def _judge(run: Run, _: str) -> None:
    if not isinstance(run.made, Component):
        what = of_type(run.made)
        raise Wrong(f"cured() must return the door, a component. It returned {what}.")
    if not run.lab.trace.whole:
        raise Wrong(f"More was sent in {run.step} slices than the lab remembers.", run)
    if wrong := happened(run):
        raise Wrong(wrong, run)
    if run.outcome.reason == "max_steps":
        raise Wrong(f"Both robots are through, but after {run.step} slices the messages still do not end.", run)
    _all_are_through(run)
    _not_by_luck(run)


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
