"""What can be done with a lab now, and why the rest cannot.

A button that does nothing teaches that the thing is broken. So every command is either allowed, or
there is a sentence that says why it is not, made before it is asked for.
"""

from __future__ import annotations

from typing import Any

from ...core.errors import KamlabError
from ...core.microprocess import Microprocess, place_in
from ...core.states import ASLEEP, RUNNABLE
from ...lab import Lab

#: What drives the lab, and so needs it to stand still.
DRIVING = ("step", "message", "round", "run")
HANDS = ("edit", "choose")
ALL = (*DRIVING, "back", "pause", "breakpoint", "reset", "stop", "goto", "look", *HANDS, "break")

RUNS = "The lab is running: pause it first."
STOPPED = "The lab was stopped. Run its cell again to build it anew."
ENDED = "Every component has ended, so nothing is left to run."
EMPTY = "Nothing is in the lab yet: activate a component."
NOTHING_YET = "Nothing has happened yet: the lab is at its beginning."
NO_BREAKPOINT = "There is no breakpoint to run to: select a component and press “Break here”, or call lab.break_on()."
NOT_RUNNING = "The lab is not running."
NO_BUILDER = (
    "This lab does not know how its system is built, so it cannot be built again. Use a %%system cell, or "
    "Lab(build=function)."
)
NOBODY = "Select a component first."

Allowed = dict[str, Any]


def allowed(lab: Lab, selected: Microprocess | None = None, looking_back: bool = False) -> Allowed:
    """Return for each command ``True``, or the reason why it cannot be carried out now.

    Args:
        lab: the lab; whoever calls holds its lock, or knows that it was stopped.
        selected: the component that is selected.
        looking_back: whether the past is shown rather than the lab as it stands.
    """
    state = lab.state
    if state == "stopped":
        return dict.fromkeys(ALL, STOPPED)
    can: Allowed = dict.fromkeys(ALL, True)
    if state == "running":
        can.update(dict.fromkeys((*DRIVING, *HANDS, "back", "breakpoint", "reset", "goto"), RUNS))
    else:
        can["pause"] = NOT_RUNNING
        can.update(_standing(lab))
        if looking_back:
            past = "You look at the past: go back to now to act on the lab as it stands."
            can.update(dict.fromkeys(HANDS, past))
        elif can["choose"] is True:
            can["choose"] = _may_go_next(selected)
    if selected is None:
        can["break"] = NOBODY
    if not lab.step_number:
        can["look"] = NOTHING_YET
    return can


def _standing(lab: Lab) -> Allowed:
    """What a lab that stands still does not allow."""
    refused: Allowed = {}
    idle = _why_nothing_runs(lab)
    if idle:
        refused.update(dict.fromkeys((*DRIVING, "breakpoint"), idle))
    elif not any(each.enabled for each in lab.breakpoints):
        refused["breakpoint"] = NO_BREAKPOINT
    here = lab.step_number
    if not here:
        refused["back"] = NOTHING_YET
    else:
        why_not = _why_not_back(lab, here - 1)
        if why_not:
            refused["back"] = refused["goto"] = why_not
    if not lab.can_build:
        refused["reset"] = NO_BUILDER
    return refused


def _why_nothing_runs(lab: Lab) -> str:
    scheduler = lab.scheduler
    if scheduler.members or scheduler.posted or (lab.virtual and scheduler.next_timer() is not None):
        over = lab._record_is_over() if lab.recorded else None
        return over or ""
    return ENDED if scheduler.step else EMPTY


def _why_not_back(lab: Lab, step: int) -> str:
    if not lab.can_build:
        return NO_BUILDER
    try:
        lab.check_can_go(step)
    except KamlabError as error:
        return str(error)
    return ""


def _may_go_next(selected: Microprocess | None) -> Any:
    if selected is None:
        return NOBODY
    scheduler = selected._scheduler
    name = selected.short_name
    if scheduler is None or selected.is_stopped():
        return f"{name} is not active, so it has no turn."
    joins = place_in(scheduler.runnable(), selected) >= 0
    if selected._life is RUNNABLE and (joins or scheduler.takes_turns(selected)):
        return True
    if selected._life is ASLEEP:
        return f"{name} sleeps until something wakes it, so it cannot go next."
    return f"{name} is {selected._life}, so it cannot go next."
