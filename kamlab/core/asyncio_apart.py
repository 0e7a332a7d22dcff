"""Keeping asyncio apart: while a lab is driven, no event loop runs on the thread that drives.

A notebook's cells run inside the kernel's event loop. What a component asked of asyncio would otherwise reach that
loop, although the loop cannot run before the cell ends: a task would be left behind, and ``asyncio.timeout()`` would
cancel the cell itself. So the driver hides the loop of its thread: the running one, the one that is set for the
thread, and the hooks that tie asynchronous generators to it. What a component asks of asyncio then fails in asyncio
itself, in a cell as in a script, and the engine replaces that error by one that names the line and the way out.

asyncio is not imported here: where it never was, there is nothing to hide. The loop that is set for a thread has no
public way to be hidden that could be undone; where its attributes have other names it stays, and ``gather`` alone
could reach it.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterable
from types import CoroutineType, FrameType
from typing import Any

from .errors import BadAwait
from .task import task_of
from .unawaited import of_asyncio, users_frame_of, users_traceback

#: What a thread has no loop of: an attribute of the policy's thread-local state, and its value without one.
_WITHOUT = {"_loop": None, "_set_called": True}

#: The texts of errors for a loop that is not there, raised by parts of asyncio that are written in C.
_NO_LOOP = ("no running event loop", "There is no current event loop")


def hide_loop() -> Callable[[], None]:
    """Hide the event loop of this thread; return a function that brings it back."""
    events = sys.modules.get("asyncio.events")
    if events is None:
        return _nothing
    running = events._get_running_loop()
    hooks = sys.get_asyncgen_hooks()
    local = getattr(getattr(events, "_event_loop_policy", None), "_local", None)
    if local is None:
        local = getattr(_policy(events), "_local", None)
    before = {name: getattr(local, name) for name in _WITHOUT if hasattr(local, name)}
    for name in before:
        setattr(local, name, _WITHOUT[name])
    if running is not None:
        events._set_running_loop(None)
    if hooks != (None, None):
        sys.set_asyncgen_hooks(None, None)

    def show_again() -> None:
        if running is not None:
            events._set_running_loop(running)
        for name, value in before.items():
            setattr(local, name, value)
        if hooks != (None, None):
            sys.set_asyncgen_hooks(*hooks)

    return show_again


def _nothing() -> None:
    pass


def _policy(events: Any) -> Any:
    """Return the policy, which is made when it is first asked for."""
    find = getattr(events, "_get_event_loop_policy", None) or events.get_event_loop_policy
    return find()


# -- what a component asks of asyncio -----------------------------------------------------------------------


def is_of_asyncio(error: BaseException) -> bool:
    """Return whether an error came from asyncio because no event loop runs."""
    if not isinstance(error, (RuntimeError, AttributeError)) or isinstance(error, BadAwait):
        return False
    if str(error).startswith(_NO_LOOP):
        return True
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    missing = isinstance(error, AttributeError) and error.obj is None
    return missing and trace is not None and of_asyncio(trace.tb_frame)


def refused_await(component: Any, error: BaseException) -> BadAwait:
    """Return the error for a component that asks something of asyncio; it ends at the user's line.

    Coroutines that it gave to asyncio are closed, so that Python need not warn that they were never awaited.
    """
    trace = error.__traceback__
    while trace is not None:
        if of_asyncio(trace.tb_frame):
            _close_coroutines(trace.tb_frame.f_locals.values())
        trace = trace.tb_next
    trace = users_traceback(error.__traceback__)
    last = trace
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    refused = _refused(component, *((last.tb_frame, last.tb_lineno) if last is not None else (None, 0)))
    return refused.with_traceback(trace)


def refused_future(component: Any) -> BadAwait:
    """Return the error for a component that awaits a future of an event loop."""
    where = users_frame_of(task_of(component).flow)
    return _refused(component, where, 0 if where is None else where.f_lineno)


def _refused(component: Any, frame: FrameType | None, line: int) -> BadAwait:
    where = what = ""
    if frame is not None:
        where = f", at line {line} of {frame.f_code.co_name}()"
        what = linecache.getline(frame.f_code.co_filename, line).strip()
    shown = f" ({what})" if what and len(what) <= LONGEST else ""
    way = "its thread" if hasattr(component, "thread_frame") else "a ThreadedComponent"
    return BadAwait(
        f"{component.short_name} uses asyncio{where}{shown}, and a component runs in no event loop. "
        "Wait with self.sleep(), self.ready() or self.receive() and let messages wait in an inbox; "
        f"for asyncio code use {way} and asyncio.run()."
    )


#: How many characters of a line are shown.
LONGEST = 80


def _close_coroutines(values: Iterable[Any]) -> None:
    for value in values:
        if type(value) is CoroutineType:
            if not value.cr_running and not value.cr_suspended:
                value.close()
        elif type(value) in (tuple, list, set):
            _close_coroutines([item for item in value if type(item) is CoroutineType])
