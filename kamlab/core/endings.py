"""How a microprocess ends: by itself, by an error, or because it was stopped.

An error at the end of a component neither stops the scheduler nor keeps the observers from being called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from .asyncio_apart import is_of_asyncio, refused_await
from .await_notes import explain_awaitable
from .errors import BadAwait, SliceEnded
from .events import FINISHED
from .microprocess import Microprocess, explain_hidden_methods, method_of, raising_in
from .states import FAILED
from .states import FINISHED as FINISHED_STATE
from .task import task_of
from .text_bytes import explain_text_bytes
from .tracebacks import chain_of, end_in_users_code
from .unawaited import (
    close_kept,
    error_of_attributes,
    error_of_closing,
    error_of_slice,
    forget,
    users_traceback,
)

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
    if scheduler.holding is not None:
        scheduler.holding.forget(component)
    task.life = state
    task.cancel_pause_timer()
    if scheduler.log is not None:
        scheduler.log((FINISHED, component, state))
    scheduler.runtime.register.note(component, scheduler.step, scheduler.running)
    if task.delegate is not None:
        scheduler.retire(task.delegate)
    run = scheduler.contexts.enter_again(component)
    _close_down(scheduler, component, run)
    if state is FINISHED_STATE:
        kept = error_of_attributes(component)
        if kept is not None:
            scheduler.note_failure(component, kept)
    if scheduler.driver is None and scheduler.runtime.watch.closing is None:
        scheduler.contexts.leave()  # all that was stopped from outside has ended; in a drive they last to its end
    scheduler.runtime.services.drop_services_of(component)


def _close_down(scheduler: Scheduler, component: Microprocess, run: Callable[..., Any]) -> None:
    """Run the code that a component has for its end, watched as a slice is; ``run`` makes a call in its context."""
    made, thrown = len(scheduler.unawaited), len(scheduler.thrown_away)
    watch, handled = scheduler.runtime.watch, sys.exc_info()[1]
    outer, watch.closing = watch.closing, component
    flow = task_of(component).flow
    try:
        for last in (partial(_close, flow), method_of(component, "stop"), method_of(component, "close_down")):
            try:
                run(last)
            except BaseException as error:
                for link in chain_of(error):
                    if link.__context__ is handled or type(link.__context__) is GeneratorExit:  # the end of main()
                        link.__context__ = None
                _note_broken_slice(scheduler, component, error)
                scheduler.note_failure(component, error)
            if len(scheduler.unawaited) > made:
                forgotten = error_of_closing(scheduler, component, made, thrown)
                if forgotten is not None:
                    scheduler.note_failure(component, forgotten)
    finally:
        watch.closing = outer


def fail(scheduler: Scheduler, component: Microprocess, error: BaseException) -> None:
    """End a microprocess whose code raised an error.

    The error of a generator that a component waits for is raised in that component instead, at its ``yield``.
    """
    close_kept(scheduler, error)
    forget(scheduler)  # this error comes first
    if scheduler.given_up:  # the lab has gone on without this slice
        return
    _note_broken_slice(scheduler, component, error)
    if is_of_asyncio(error):
        error = refused_await(component, error)
    elif isinstance(error, BadAwait):
        error = error.with_traceback(users_traceback(error.__traceback__))
    task = task_of(component)
    if (
        type(error) is TypeError
        and error.args
        and type(error.args[0]) is str
        and error.args[0].endswith("is not callable")
    ):
        explain_hidden_methods(component, error)
    if type(error) is TypeError:
        explain_text_bytes(error)
    if type(error) is TypeError or type(error) is AttributeError:
        explain_awaitable(component, error)
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
    try:
        scheduler.note_failure(component, error)
    finally:
        end(scheduler, component, FAILED)


def fail_unawaited(scheduler: Scheduler, component: Microprocess) -> bool:
    """End a microprocess that made an awaitable in its slice and did not await it; return whether it did so."""
    error = error_of_slice(scheduler, component)
    if error is None:
        return False
    fail(scheduler, component, error)
    return True


def _note_broken_slice(scheduler: Scheduler, component: Microprocess, error: BaseException) -> None:
    """Note that a slice cannot be run again if an interrupt, a stop or a bound has ended it; complete its error."""
    runtime = scheduler.runtime
    interrupt = runtime.interrupt  # without one the component has raised it itself
    by_user = isinstance(error, KeyboardInterrupt) and interrupt is not None and interrupt.interrupted
    if not (by_user or isinstance(error, SliceEnded)):
        return
    last = end_in_users_code(error)
    if isinstance(error, SliceEnded) and not error.args:  # from another thread, which raises a class
        stack, line = ([last.tb_frame], last.tb_lineno) if last is not None else ([], None)
        error.args = (runtime.watch.last_words() or runtime.watch.broken_off("stopped", stack, line),)
    if scheduler.journal is not None and scheduler.running is not None:
        why = f"{component.short_name} was {'interrupted' if by_user else 'ended'} in the middle of that slice"
        scheduler.journal.foreign(why, scheduler.step - 1)


def _close(flow: Any) -> None:
    close = getattr(flow, "close", None)  # an iterator that is not a generator has none
    if close is not None:
        close()
