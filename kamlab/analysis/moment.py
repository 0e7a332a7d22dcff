"""How things are in a lab at one moment: who is in which state, and what could come from elsewhere.

The engine applies pauses and wake-ups at the end of a round, so a component's own word for its state
is not the whole truth in the middle of one: it may be runnable and have paused, or asleep and have
been woken. :class:`Moment` reads all that once; everything explained is computed from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

from ..core.box import Box, Outbox
from ..core.component import Component
from ..core.ended_components import Ended, Place
from ..core.events import RESUMED, SENT, Event
from ..core.link import Link
from ..core.linked import neighbours, was_never_activated
from ..core.microprocess import Microprocess, runner_of
from ..core.reading import marked, reading, steadily
from ..core.scheduler import Scheduler
from ..core.states import ASLEEP, BLOCKED, ENDED, FAILED, NEW, RUNNABLE, STOPPED
from ..core.task import task_of
from ..core.thread import ThreadedComponent
from ..core.timers import Timer
from ..core.world import World

#: How many components that have ended, and led to an inbox or were in a component, are named at most.
FORMER = 3

#: A component, or the record of one that has ended.
Party = Microprocess | Ended

R = TypeVar("R")


class Moment:
    """A lab between two slices; to be used under its lock, and not to be kept.

    Of a lab whose slice does not end it is the middle of that slice; ``mark`` says so then.
    """

    def __init__(self, world: World, mark: str = "") -> None:
        self.world = world
        self.mark = mark
        scheduler = world.scheduler
        self.scheduler: Scheduler = scheduler
        self.woken: set[int] = set(map(id, scheduler.to_be_woken()))
        self.pausing: set[int] = set(map(id, scheduler.pauses))
        self.timers: dict[int, list[Timer]] = {}
        self.loose_timers: list[Timer] = []
        for timer in scheduler.timers.waiting():
            if isinstance(timer.owner, Microprocess) and task_of(timer.owner).life not in ENDED:
                self.timers.setdefault(id(timer.owner), []).append(timer)
            else:
                self.loose_timers.append(timer)

    @cached_property
    def events(self) -> list[Event]:
        """What the trace has, oldest first."""
        return self.world.trace.events()

    @cached_property
    def components(self) -> list[Microprocess]:
        """Who is alive, in order of activation; generators that a component waits for belong to that."""
        return [
            component
            for component in self.scheduler.members.values()
            if task_of(component).awaited_by is None or task_of(task_of(component).awaited_by).delegate is not component
        ]

    @cached_property
    def everybody(self) -> list[Microprocess]:
        """The known components: those alive, then those that the trace, a link, a parent or a service leads to.

        Those that have ended and that nothing leads to any more are in the lab's register.
        """
        found: dict[Microprocess, None] = dict.fromkeys(self.components)
        asked: set[Component] = set()
        left: list[Any] = [*found, *self.world.failures, *self._in_trace()][::-1]
        while left:
            thing = left.pop()
            if not isinstance(thing, Component) or thing in asked:
                continue
            asked.add(thing)
            task = task_of(thing)
            if task.scheduler in (None, self.world.runtime.scheduler):
                left += [task.parent, *(task.children or ()), *neighbours(thing)][::-1]
                found[thing] = None
        return list(found)

    def _in_trace(self) -> list[Any]:
        """Return the components that records name, and the owners of the boxes in them."""
        found: dict[int, Any] = {}
        for record in self.world.trace.records_from(0):
            kind = record[0]
            for thing in record[3:4] if kind is RESUMED else record[1:3] if kind is SENT else record[1:2]:
                if isinstance(thing, Component):
                    found[id(thing)] = thing
                elif isinstance(thing, Box):
                    found[id(thing.owner)] = thing.owner
                elif isinstance(thing, Link):
                    found[id(thing.source)], found[id(thing.sink)] = thing.source, thing.sink
        return list(found.values())

    @cached_property
    def never_activated(self) -> list[Component]:
        """The components that nothing has activated, without those that a chassis will activate in its first slice."""
        return [
            component
            for component in self.everybody
            if isinstance(component, Component) and was_never_activated(component)
        ]

    @cached_property
    def ended(self) -> list[Ended]:
        """The records of the components that have ended, in the order in which they did; only so many are kept."""
        return self.world.register.ended

    @cached_property
    def _links_that_were(self) -> tuple[dict[Place, list[Ended]], dict[Place, Ended]]:
        """Return who led to each inbox at its end, and whose end took the box away that another one led to."""
        led: dict[Place, list[Ended]] = {}
        fed: dict[Place, Ended] = {}
        for ended in self.ended:
            for place in dict.fromkeys(place for _, place in ended.led):
                led.setdefault(place, []).append(ended)
            fed.update(dict.fromkeys(ended.fed, ended))
        return led, fed

    def former_senders(self, box: Box) -> list[Ended]:
        """Return the components that led to an inbox and have ended: those that failed, or the last where none is left.

        Those whose links are still there are among :func:`senders_to`.
        """
        there = senders_to(box)
        known = {task_of(sender).id for sender in there}
        former = [
            ended
            for ended in self._links_that_were[0].get((task_of(box.owner).id, box.name), ())
            if ended.id not in known
        ]
        failed = [ended for ended in former if ended.state == FAILED][-FORMER:]
        return failed or ([] if there else former[-1:])

    def former_sink(self, box: Box) -> Ended | None:
        """Return the component to which a box led that leads nowhere now, if that has ended."""
        return self._links_that_were[1].get((task_of(box.owner).id, box.name)) if box.onward is None else None

    def failed_inside(self, component: Microprocess) -> list[Ended]:
        """Return the children of a component, and the generators that it waited for, that have failed."""
        own = task_of(component).id
        return [ended for ended in self.ended if ended.parent == own and ended.state == FAILED][-FORMER:]

    # -- one component ------------------------------------------------------------------------------

    def status(self, component: Party) -> str:
        """Return the state of a component, as it will be at the end of the round: a pause counts once it is asked for.

        Only one whose thread is busy with code of its own is called blocked here; whether another waits for room is
        for :mod:`.needs` to say.
        """
        if isinstance(component, Ended):
            return component.state
        life = task_of(component).life
        if life is NEW or life in ENDED:
            return life
        state = self.scheduler.state_of(component, self.woken, self.pausing)
        return ASLEEP if state == BLOCKED and component.state_of_thread() != BLOCKED else state

    def is_pausing(self, component: Microprocess) -> bool:
        """Return whether a component has paused in this round: it can still be woken before it misses a slice."""
        runner = runner_of(component)
        return task_of(runner).life is RUNNABLE and id(runner) in self.pausing

    def timer(self, component: Microprocess) -> Timer | None:
        """Return the timer that will wake a component first, if there is one."""
        runner = runner_of(component)
        timers = self.timers.get(id(component), []) + (
            self.timers.get(id(runner), []) if runner is not component else []
        )
        return min(timers, key=lambda timer: timer.when, default=None)

    def waits_for_network(self, component: Microprocess) -> bool:
        """Return whether a component is called when something comes from the network."""
        return id(component) in self._watchers

    @cached_property
    def _watchers(self) -> set[int]:
        """Whom the network will call; where it does not say, every component that has to do with it."""
        watches = getattr(self.scheduler.idle, "_watches", None)
        if isinstance(watches, dict):
            return {id(owner) for watch in watches.values() for call in _calls(watch) for owner in _behind(call)}
        return {id(component) for component in self.components if getattr(component, "_network", None) is not None}

    @cached_property
    def network_is_alive(self) -> bool:
        """Whether something may come from the network that no component of this lab has to send first."""
        return bool(self.scheduler.idle.sources())


@contextmanager
def standing_still(world: World) -> Iterator[Moment]:
    """Hold a lab between two slices and look at it; where a slice does not end, in the middle of it.

    Raises:
        LabIsRunning: another thread holds the lock of the lab for long.
    """
    with reading(world, now=True) as (lab, mark):
        yield Moment(lab, mark)


def explained(world: World, explain: Callable[[Moment], R]) -> R:
    """Return what a function says of a lab that stands still; marked where a slice does not end. Errors as there."""
    with standing_still(world) as moment:
        return marked(steadily(lambda: explain(moment)), moment.mark)


def has_ended(component: Party) -> bool:
    """Return whether a component will never run again."""
    return isinstance(component, Ended) or task_of(component).life in ENDED


def ended_in_words(component: Party, error: bool = True) -> str:
    """Say how a component has ended: "finished at step 7", "failed at step 4: ValueError: too hot"."""
    ended = component if isinstance(component, Ended) else task_of(component).end_record
    if ended is None:  # it never ran, or in another lab
        return f"{'was ' if task_of(component).life == STOPPED else ''}{task_of(component).life}"
    how = f"was stopped by {ended.by}" if ended.by else "was stopped" if ended.state == STOPPED else ended.state
    text = f"{how} at step {ended.step}"
    return f"{text}: {ended.error.rstrip('.')}" if error and ended.error else text


def gone_in_words(component: Party, error: bool = True) -> str:
    """Say why nothing comes from a component: how it has ended, or that it has not been activated; else nothing."""
    if has_ended(component):
        return ended_in_words(component, error)
    return "has not been activated" if task_of(component).life is NEW else ""


def place_of_thread(component: Microprocess) -> str | None:
    """Return where the thread of a component is, in the engine's words; ``None`` if it has no thread."""
    if not isinstance(component, ThreadedComponent) or component._os_thread is None:
        return None
    return str(component._place)


def held_by_thread(component: Any, boxname: str) -> tuple[Any, ...]:
    """Return what has left an inbox for the component's own thread and was not taken by it yet."""
    queues = getattr(component, "_incoming", None)
    if not isinstance(component, ThreadedComponent) or not queues or not queues.get(boxname):
        return ()
    with component._contact:
        return tuple(queues[boxname])


def senders_to(box: Box) -> list[Component]:
    """Return the owners of the outboxes at the beginnings of the chains that lead to a box."""
    owners: dict[int, Component] = {}
    for source in box.sources:
        if isinstance(source, Outbox) and not source.sources:
            owners.setdefault(id(source.owner), source.owner)
        for owner in senders_to(source):
            owners.setdefault(id(owner), owner)
    return list(owners.values())


def _calls(watch: Any) -> Iterator[Any]:
    """Yield what is called when something happens at a socket that is watched."""
    for part in watch if isinstance(watch, tuple) else (getattr(watch, "callback", None),):
        if callable(part):
            yield part


def _behind(call: Any) -> Iterator[Microprocess]:
    """Yield the components that a callback belongs to: a method's own, or one that a function encloses."""
    owner = getattr(call, "__self__", None)
    if isinstance(owner, Microprocess):
        yield owner
    for cell in getattr(call, "__closure__", None) or ():
        try:
            inside = cell.cell_contents
        except ValueError:
            continue
        if isinstance(inside, Microprocess):
            yield inside
