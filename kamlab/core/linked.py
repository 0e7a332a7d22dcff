"""Who is linked to whom, and which of them nothing has activated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from .component import Component, made_boxes
from .describe import name_of
from .microprocess import Microprocess, has_begun
from .states import ENDED, NEW
from .task import task_of

if TYPE_CHECKING:
    from .scheduler import Scheduler

#: Of how many components the neighbours are looked at when a run ends, and how many are named.
LOOKED_AT, NAMED = 200, 3


def neighbours(component: Component) -> list[Component]:
    """Return what the links of a component lead to: those that it has made, and those that end at one of its boxes."""
    switchboard = task_of(component).switchboard
    found: list[Component] = []
    for link in switchboard.links if switchboard is not None else ():
        found += (link.source, link.sink)
    for box in made_boxes(component):
        if box.onward is not None:
            found.append(box.onward.owner)
        for source in box.sources:
            found.append(source.owner)
    return found


def was_never_activated(component: Microprocess) -> bool:
    """Return whether nothing has activated a component, and no chassis will do so in its first slice."""
    if task_of(component).life is not NEW:
        return False
    chassis = task_of(component).parent if isinstance(component, Component) else None
    return chassis is None or task_of(chassis).life in (NEW, *ENDED) or has_begun(chassis)


def forgotten(scheduler: Scheduler) -> tuple[str, ...]:
    """Return a sentence on each component that was never activated and is linked to one that was, in this lab."""
    found: dict[int, str] = {}
    for name, others in _linked(scheduler):
        for other in filter(was_never_activated, others):
            text = f"{name_of(other)}, which is linked to {name}, was never activated"
            found.setdefault(task_of(other).id, text)
    if len(found) > NAMED:
        return (*islice(found.values(), NAMED), f"and {len(found) - NAMED} more")
    return tuple(found.values())


def _linked(scheduler: Scheduler) -> Iterator[tuple[str, Iterable[Component]]]:
    """Yield the names of what was activated, each with what it is linked to; of what has ended, with what it was."""
    for member in islice(list(scheduler.members.values()), LOOKED_AT):
        if isinstance(member, Component):
            yield name_of(member), neighbours(member)
    for record in scheduler.runtime.register.ended[:LOOKED_AT]:
        component = record.component
        yield record.name, [*record.unborn, *(neighbours(component) if isinstance(component, Component) else ())]
