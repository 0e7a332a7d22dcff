"""How a microprocess ends: by itself, by an error, or because it was stopped.

No error in what a component does at its end stops the scheduler, or keeps the observers from being called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import BadAwait, SliceEnded
from .events import FINISHED
from .failures import without_engine_at_the_end
from .frames import place_of
from .microprocess import Microprocess, raising_in
from .states import FAILED

if TYPE_CHECKING:
    from .scheduler import Scheduler


def end(scheduler: Scheduler, component: Microprocess, state: str) -> None:
    """Remove a microprocess from its scheduler: close its generator, call its methods for the end, drop its services.

    Does nothing if it has ended already.
    """
    if component.id not in scheduler.members:
        return
    del scheduler.members[component.id]
    component._life = state
    if component._pause_timer is not None:
        component._cancel_pause_timer()
    if scheduler.log is not None:
        scheduler.log((FINISHED, component, state))
    scheduler.runtime.register.note(component, scheduler.step, scheduler.running)
    if component._delegate is not None:
        scheduler.retire(component._delegate)
    flow = component._flow
    for last in (lambda: _close(flow), component.stop, component.close_down):
        try:
            last()
        except BaseException as error:
            scheduler.note_failure(component, error)
    scheduler.runtime.services.drop_services_of(component)


def fail(scheduler: Scheduler, component: Microprocess, error: BaseException) -> None:
    """End a microprocess whose code raised an error.

    The error of a generator that a component waits for is raised in that component instead, at its ``yield``.
    """
    if scheduler.given_up:  # the lab has gone on without this slice
        return
    _note_broken_slice(scheduler, component, error)
    if error.args == ("no running event loop",) and hasattr(component._flow, "cr_frame"):
        refused = refused_await(component)
        refused.__cause__ = error
        error = refused
    waiting = component._awaited_by
    if waiting is not None and waiting._delegate is component:
        component._error = error
        end(scheduler, component, FAILED)
        if isinstance(error, Exception):
            waiting._flow = raising_in(waiting, error)
        else:
            scheduler.raise_in(waiting, error)
        return
    component._life = FAILED
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        scheduler.fatal = error
    try:
        scheduler.note_failure(component, error)
    finally:
        end(scheduler, component, FAILED)


def _note_broken_slice(scheduler: Scheduler, component: Microprocess, error: BaseException) -> None:
    """Note that a slice cannot be run again if an interrupt, a stop or a bound has ended it; complete its error."""
    runtime = scheduler.runtime
    interrupt = runtime.interrupt  # without one the component has raised it itself
    by_user = isinstance(error, KeyboardInterrupt) and interrupt is not None and interrupt.interrupted
    if not (by_user or isinstance(error, SliceEnded)):
        return
    last = without_engine_at_the_end(error)
    if isinstance(error, SliceEnded) and not error.args:  # from another thread, which raises a class
        place = place_of(last.tb_frame, last.tb_lineno) if last is not None else ""
        error.args = (runtime.watch.last_words() or runtime.watch.broken_off("stopped", place),)
    if scheduler.journal is not None:
        why = f"{component.short_name} was {'interrupted' if by_user else 'ended'} in the middle of that slice"
        scheduler.journal.foreign(why, scheduler.step - 1)


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
