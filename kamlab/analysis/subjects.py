"""What a question is about: a component, by itself or by its name, also one that has ended or was never activated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.ended_components import Ended
from ..core.errors import LabIsRunning, UnknownComponent
from ..core.events import name_of
from ..core.microprocess import Microprocess
from ..core.naming import called, one_called
from ..core.states import ALIVE
from ..core.task import task_of
from ..core.world import World
from .errors import CannotExplain

if TYPE_CHECKING:
    from .moment import Moment, Party


def component_of(lab: World, name: Any) -> Microprocess:
    """Return a component by itself or by its name, as long as the object exists.

    Raises:
        UnknownComponent: no component, or more than one, answers to the name; or it has ended and is gone.
        CannotExplain: it is not a component, or one of another lab.
    """
    found = subject_of(lab, name)
    if isinstance(found, Ended):
        raise UnknownComponent(f"{found.name} has ended and is gone; lab.why({name!r}) tells what is known of it")
    return found


def subject_of(lab: World, name: Any) -> Party:
    """Return the same, or the record of a component that has ended and is gone. Errors as for :func:`component_of`."""
    from .moment import standing_still
    from .words import shown

    if isinstance(name, Microprocess):
        scheduler = task_of(name).scheduler
        if scheduler is not None and scheduler.world is not lab:
            raise CannotExplain(f"{name_of(name)} runs in another lab; ask that one")
        return name
    if not isinstance(name, str):
        raise CannotExplain(
            f"{shown(name)} cannot be explained: give a component or its name, an event of the trace, "
            "or (component, inbox, index)"
        )
    running = lab.scheduler.running
    try:
        with standing_still(lab) as moment:
            return _called(name, lab, moment)
    except LabIsRunning:
        if running is not None and name in (name_of(running), running.name):
            return running
        raise


def _called(name: str, lab: World, moment: Moment) -> Party:
    """Return the component that answers to a name: a living one, or one that has ended or was never activated."""
    try:
        return lab[name]
    except UnknownComponent:
        known = moment.everybody
        living = [party for party in known if task_of(party).life in ALIVE]
        if called(name, living):
            raise  # several answer
    there = {party.id for party in known}
    others: list[Party] = [*known, *(party for party in moment.ended if party.id not in there)]
    return one_called(name, others, " that are not alive" if called(name, others) else "")
