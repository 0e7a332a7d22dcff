"""How a microprocess ends: by itself, by an error, or because it was stopped.

No error in what a component does at its end stops the scheduler, or keeps the observers from being called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import BadAwait
from .events import FINISHED
from .microprocess import Microprocess, explain_hidden_methods, method_of, raising_in
from .states import FAILED
from .task import task_of

if TYPE_CHECKING:
    from .scheduler import Scheduler


def end(scheduler: Scheduler, component: Microprocess, state: str) -> None:
    """Remove a microprocess from its scheduler: close its generator, call its methods for the end, drop its services.

    Does nothing if it has ended already.
    """
    task = task_of(component)
    if task.id not in scheduler.members:
        return
    del scheduler.members[task.id]
    task.life = state
    task.cancel_pause_timer()
    if scheduler.log is not None:
        scheduler.log((FINISHED, component, state))
    scheduler.runtime.register.note(component, scheduler.step, scheduler.running)
    if task.delegate is not None:
        scheduler.retire(task.delegate)
    flow = task.flow
    for last in (lambda: _close(flow), method_of(component, "stop"), method_of(component, "close_down")):
        try:
            last()
        except BaseException as error:
            scheduler.note_failure(component, error)
    scheduler.runtime.services.drop_services_of(component)


def fail(scheduler: Scheduler, component: Microprocess, error: BaseException) -> None:
    """End a microprocess whose code raised an error.

    The error of a generator that a component waits for is raised in that component instead, at its ``yield``.
    """
    task = task_of(component)
    if (
        type(error) is TypeError
        and error.args
        and type(error.args[0]) is str
        and error.args[0].endswith("is not callable")
    ):
        explain_hidden_methods(component, error)
    if error.args == ("no running event loop",) and hasattr(task.flow, "cr_frame"):
        refused = refused_await(component)
        refused.__cause__ = error
        error = refused
    waiting = task.awaited_by
    if waiting is not None and task_of(waiting).delegate is component:
        task.error = error
        end(scheduler, component, FAILED)
        if isinstance(error, Exception):
            task_of(waiting).flow = raising_in(waiting, error)
        else:
            scheduler.raise_in(waiting, error)
        return
    task.life = FAILED
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        scheduler.fatal = error
        interrupt = scheduler.runtime.interrupt  # without one the component has raised it itself
        by_user = isinstance(error, KeyboardInterrupt) and interrupt is not None and interrupt.interrupted
        if by_user and scheduler.journal is not None:
            why = f"{component.short_name} was interrupted in the middle of that slice"
            scheduler.journal.foreign(why, scheduler.step - 1)
    try:
        scheduler.note_failure(component, error)
    finally:
        end(scheduler, component, FAILED)


def _close(flow: Any) -> None:
    close = getattr(flow, "close", None)  # an iterator that is not a generator has none
    if close is not None:
        close()


def refused_await(component: Microprocess) -> BadAwait:
    """Return the error for a component that awaits something of asyncio."""
    return BadAwait(
        f"main() of {component.short_name} awaits something of asyncio. A component may await "
        "self.receive(), self.ready(), self.sleep(), self.tick() and coroutines made of those; "
        "for asyncio code use a ThreadedComponent and asyncio.run()."
    )
