"""Components that the user holds: they have no slices while the rest of the lab runs, and their mail waits.

A held component that could run is parked outside the queue, so neither the queue nor a chooser sees it, and a slice
costs the same as before; what costs is the end of a round, while anything is held. It sleeps and is woken as others
are. When it is released it joins the queue at the end of the round, behind those that have had their slices.

A container is held with all that it contains, also with what it activates later.

Rejected: a state of its own in the engine. What a held component waits for would have to be remembered beside it, and
each place that sets a state would have to know of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .event_kinds import HELD
from .microprocess import Microprocess
from .naming import whose
from .states import RUNNABLE
from .task import task_of

if TYPE_CHECKING:
    from .scheduler import Scheduler


class Holding:
    """What is held in one lab; it exists while anything is.

    Args:
        scheduler: that of the lab.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        #: The components and containers that the user holds, by the ids of their tasks, in the order of the requests.
        self.held: dict[int, Microprocess] = {}
        #: The microprocesses that could run and are held, in the order in which they came.
        self.parked: list[Microprocess] = []

    def holder_of(self, microprocess: Microprocess) -> Microprocess | None:
        """Return what the user holds: the component of a microprocess, or what contains it; ``None`` if it is free."""
        component = whose(microprocess)
        while component is not None:
            if task_of(component).held:
                found: Microprocess = component
                return found
            component = task_of(component).parent
        return None

    @property
    def could_run(self) -> bool:
        """Whether a component that is held could run."""
        return any(task_of(member).life is RUNNABLE for member in self.parked)

    def add(self, component: Microprocess) -> None:
        """Hold a component from here on."""
        if not task_of(component).held:
            self._set(component, True)
            self._tell(component, "held by you")
            self.held[task_of(component).id] = component
            self.park()

    def remove(self, component: Microprocess) -> None:
        """Release a component; those that nothing holds any more join the queue when the round ends."""
        self._set(component, False)
        self._tell(component, "released by you")
        del self.held[task_of(component).id]
        self._let_go()
        self._scheduler.nudge()

    def forget(self, component: Microprocess) -> None:
        """Let go of a component that has ended, and of what it contained."""
        if self.held.pop(task_of(component).id, None) is not None:
            self._set(component, False)
            self._let_go()

    def park(self) -> None:
        """Take those that are held out of the queue; called when a round ends, and when another one is held."""
        scheduler = self._scheduler
        self.parked = [member for member in self.parked if task_of(member).life is RUNNABLE]
        for queue in (scheduler.queue, scheduler.done):
            held = {id(member): member for member in queue if self.holder_of(member) is not None}
            if held:
                self.parked += [member for member in held.values() if task_of(member).life is RUNNABLE]
                free = [member for member in queue if id(member) not in held]
                queue.clear()
                queue.extend(free)

    def _let_go(self) -> None:
        scheduler = self._scheduler
        scheduler.done += [member for member in self.parked if self.holder_of(member) is None]
        self.parked = [member for member in self.parked if self.holder_of(member) is not None]
        if not self.held:
            scheduler.holding = None

    def _set(self, component: Microprocess, held: bool) -> None:
        task = task_of(component)
        if self._scheduler.log is not None:
            self._scheduler.world.trace.note_change(task, "held", task.held)
        task.held = held

    def _tell(self, component: Microprocess, what: str) -> None:
        if self._scheduler.log is not None:
            self._scheduler.log((HELD, component, what))
