"""What can be done with a lab now, and why the rest cannot.

A button that does nothing looks broken. So every command is either allowed, or has a sentence that says why it is not,
before anybody asks for it.
"""

from __future__ import annotations

from typing import Any

from ...core.errors import KamlabError
from ...core.microprocess import Microprocess, is_over
from ...core.states import HELD, RUNNABLE
from ...lab import Lab

#: The commands that drive the lab, and so need it to be paused.
DRIVING = ("step", "message", "round", "run")
#: The commands that intervene in a run.
INTERVENING = ("edit", "choose")
ALL = (*DRIVING, "back", "pause", "breakpoint", "reset", "stop", "goto", "look", *INTERVENING, "break")

RUNS = "The lab is running: pause it first."
STOPPED = "The lab was stopped. Run its cell again to build a new one."
STOPPED_YET_KNOWN = "The lab was stopped: press “Reset” to build its system again."
ENDED = "Every component has ended, so nothing is left to run."
EMPTY = "Nothing is in the lab yet: activate a component."
NOTHING_YET = "Nothing has happened yet: the lab is at its beginning."
NO_BREAKPOINT = "There is no breakpoint to run to: select a component and press “Break here”, or call lab.break_on()."
NOT_RUNNING = "The lab is not running."
NO_BUILDER = (
    "This lab does not know how its system is built, so it cannot be built again. Use a %%kamlab cell, or "
    "Lab(build=function)."
)
NOBODY = "Select a component first."
PAST = "You look at the past: go back to now to act on the lab as it stands."

#: For each command ``True``, or the reason why it is not allowed.
Permissions = dict[str, Any]


def permissions(lab: Lab, selected: Microprocess | None = None, looking_back: bool = False) -> Permissions:
    """Return for each command ``True``, or the reason why it cannot be carried out now.

    Args:
        lab: the lab; the caller holds its lock, or knows that it was stopped.
        selected: the component that is selected.
        looking_back: whether the past is shown rather than the lab as it is now.
    """
    can: Permissions
    state = lab.state
    if state == "stopped":
        can = dict.fromkeys(ALL, STOPPED_YET_KNOWN if lab.can_build else STOPPED)
        if lab.can_build:
            can["reset"] = True
            can["look"] = True if lab.step_number else NOTHING_YET
        return can
    can = dict.fromkeys(ALL, True)
    if state == "running":
        slice = lab.runtime.long_slice()
        why_not = RUNS if slice is None else slice.sentence()
        can.update(dict.fromkeys((*DRIVING, *INTERVENING, "back", "breakpoint", "reset", "goto"), why_not))
    else:
        can["pause"] = NOT_RUNNING
        can.update(_refused_while_paused(lab))
        if looking_back:
            can.update(dict.fromkeys((*INTERVENING, "message", "round", "breakpoint"), PAST))
        elif can["choose"] is True:
            can["choose"] = _may_go_next(selected)
    if selected is None:
        can["break"] = NOBODY
    if not lab.step_number:
        can["look"] = NOTHING_YET
    return can


def _refused_while_paused(lab: Lab) -> Permissions:
    refused: Permissions = {}
    idle = _why_nothing_runs(lab)
    if idle:
        refused.update(dict.fromkeys((*DRIVING, "breakpoint"), idle))
    elif not any(breakpoint.enabled for breakpoint in lab.breakpoints):
        refused["breakpoint"] = NO_BREAKPOINT
    here = lab.step_number
    if not here:
        refused["back"] = NOTHING_YET
    elif why_not := _why_not_back(lab, here - 1):
        refused["back"] = refused["goto"] = why_not
    if not lab.can_build:
        refused["reset"] = NO_BUILDER
    return refused


def _why_nothing_runs(lab: Lab) -> str:
    scheduler = lab.scheduler
    if scheduler.members or scheduler.posted or (lab.virtual and scheduler.next_timer() is not None):
        over = lab.record_is_over() if lab.recorded else None
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


def _may_go_next(selected: Microprocess | None) -> bool | str:
    if selected is None:
        return NOBODY
    name = selected.short_name
    scheduler = selected.scheduler_in_charge
    if scheduler is None or is_over(selected):
        return f"{name} is not active, so it cannot go next."
    if scheduler.state_of(selected) == RUNNABLE:
        return True
    if scheduler.state_of(selected) == HELD:
        return f"{name} is held by you: release it first."
    return f"{name} sleeps until something wakes it, so it cannot go next."
