"""Stepping a lab by what a question asks, and what came of it; a look ahead does the same on a twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...core.errors import KamlabError
from ...core.events import Event
from ...replay.quiet import unheard
from .names import Known

if TYPE_CHECKING:
    from ...lab import Lab
    from .kinds.kind import Found, Kind

#: Why a lab rests when it cannot do another slice.
RESTS = ("stuck", "idle", "finished")
#: How often in a row a breakpoint may stop it before it could run at all.
STOPS = 20


@dataclass(frozen=True, slots=True)
class Ran:
    """What was run: the events, how many slices, whether the lab rests since, or what stopped it on the way."""

    events: tuple[Event, ...] = ()
    steps: int = 0
    rests: bool = False
    stopped: str = ""


def advance(lab: Lab, slices: int, until: Callable[[Event], bool] | None = None) -> Ran:
    """Step a lab by so many slices, or up to the slice in which an event is as wanted.

    Breakpoints do not hold it up: the question says how far it goes. An interrupt is raised as ever.
    """
    events: list[Event] = []
    steps = stops = 0
    while steps < slices:
        try:
            happened = lab.step(1)
        except KamlabError as error:
            return Ran(tuple(events), steps, stopped=str(error))
        events += happened.events
        steps += happened.steps
        if until is not None and any(map(until, happened.events)):
            break
        if happened.steps:
            stops = 0
        elif happened.reason in RESTS:
            return Ran(tuple(events), steps, rests=True)
        else:
            stops += 1
            if happened.reason != "breakpoint" or stops > STOPS:
                return Ran(tuple(events), steps, stopped=str(happened.outcome))
    return Ran(tuple(events), steps)


def look_ahead(lab: Lab, kind: Kind) -> Found | None:
    """Return what the answer will be, as far as a twin of the lab can tell; ``None`` where there can be none.

    Only under a virtual clock: a twin on the real network would take the lab's ports and talk to its peers.
    """
    if not (lab.virtual and lab.can_build):
        return None
    try:
        with lab.twin() as twin:
            known = Known(twin)
            with unheard(twin):
                ran = kind.drive(twin)
            return None if ran.stopped else kind.found(twin, known, ran)
    except KamlabError:
        return None


def rests(lab: Any) -> bool:
    """Return whether it is certain that nobody will run any more."""
    return not lab.scheduler.can_be_woken()
