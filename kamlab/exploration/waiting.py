"""Who can run next on a stage; and where no component can, how time moves on, and what comes over a network."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..core import context
from ..core.scheduler import Scheduler
from ..core.states import RUNNABLE
from ..core.task import task_of
from .errors import CannotStage

if TYPE_CHECKING:
    from .stage import Stage

#: How often time may move while no component can run.
WAITS = 10_000


def runnable(stage: Stage) -> list[int]:
    """Return the numbers of the components that can run, sorted; time jumps to the next timer if none can."""
    scheduler = stage.scheduler
    while True:
        scheduler.end_round()
        found = _runnable_now(stage)
        if found:
            return found
        when = scheduler.next_timer()
        if when is None:
            return []
        scheduler.clock.jump(when)  # type: ignore[attr-defined]


def runnable_on_network(stage: Stage) -> list[int]:
    """Return who can run, once the network has delivered what comes first; round by round as a lab does it.

    Raises:
        CannotStage: time moves again and again, and no component can run.
    """
    scheduler = stage.scheduler
    with stage.active(), _driving(stage):
        for _ in range(WAITS):
            if not stage.has_ended_round or scheduler.wakes:
                scheduler.end_round()
            stage.has_ended_round = True
            found = _runnable_now(stage)
            if found:
                return found
            if not _wait(scheduler):
                return []
            stage.has_ended_round = False
    raise CannotStage(f"time goes on and on, {WAITS:,} times, while no component can run")


def _runnable_now(stage: Stage) -> list[int]:
    number_of = stage.members.number_of
    return sorted([number_of(component) for component in stage.scheduler.queue if task_of(component).life is RUNNABLE])


def _wait(scheduler: Scheduler) -> bool:
    """Wait as a lab does in which nothing can run; return False if there is nothing to wait for."""
    if scheduler.posted or scheduler.wakes:
        return True
    if scheduler.idle.sources():
        scheduler.idle.dispatch()
        if scheduler.posted or scheduler.wakes:
            return True
    when = scheduler.next_timer()
    if when is None:
        return False
    scheduler.clock.jump(when)  # type: ignore[attr-defined]
    scheduler.idle.dispatch()
    return True


@contextlib.contextmanager
def _driving(stage: Stage) -> Iterator[None]:
    """Drive the stage in a ``with`` on this: what is called is called by it, not from outside."""
    scheduler = stage.scheduler
    outer, driver = context.in_slice.world, scheduler.driver
    context.in_slice.world, scheduler.driver = stage.lab, threading.get_ident()
    try:
        yield
    finally:
        context.in_slice.world, scheduler.driver = outer, driver
