"""A forgotten ``await``: what a slice made and did not await, and the error that says so.

A call such as ``self.sleep(5)`` without ``await`` does nothing, in silence; that it was meant to do something is
certain, so the slice fails. The awaitables enter themselves in ``Scheduler.unawaited`` when they are made (see
:mod:`.awaitables`). A coroutine of the user's own is noticed when it is yielded or sent, and when it is thrown away,
through the function that Python calls then (:func:`_thrown_away`).

The error begins at the user's line: its traceback is made from the frame and the instruction that were noted, since the
call itself returned long ago.
"""

from __future__ import annotations

import linecache
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from types import CodeType, CoroutineType, FrameType, GeneratorType, TracebackType
from typing import TYPE_CHECKING, Any

from .context import in_slice
from .errors import BadAwait

if TYPE_CHECKING:
    from .scheduler import Scheduler

#: An awaitable that was made: the frame that called for it and its instruction, the component, and the call in words.
Made = tuple[FrameType, int, Any, str]

#: How many characters of a call are shown.
LONGEST = 60

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep

#: Flags of code objects, as in :mod:`inspect`, whose import would be slow.
_GENERATOR, _COROUTINE, _AWAITABLE_GENERATOR, _ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200

#: What to write in a generator ``main`` instead of an await, where there is one way to say it.
_IN_A_GENERATOR = {
    "tick": "write 'yield'",
    "sleep": "call self.pause(seconds) and then 'yield'",
    "receive": "call self.pause() and 'yield' until self.data_ready(), then self.recv()",
    "ready": "call self.pause() and 'yield' until self.any_ready()",
    "send_when_room": "write 'yield from send_when_room(...)'",
}

#: Calls whose generator has another name.
_CALLS = {"_sending": "send_when_room"}

#: What to write in the thread of a component.
_IN_A_THREAD = {
    "tick": "self.sync()",
    "sleep": "time.sleep(seconds)",
    "receive": "self.recv()",
    "ready": "self.pause() and then self.any_ready()",
}


def enter(component: Any, frame: FrameType, call: str) -> tuple[list[Made], Made | None]:
    """Note that an awaitable is made; return the list it is in and its entry, for :func:`cross_out`."""
    scheduler = component._scheduler
    if scheduler is None:
        return [], None
    made: list[Made] = scheduler.unawaited
    entry = (frame, frame.f_lasti, component, call)
    made.append(entry)
    return made, entry


def cross_out(made: list[Made], entry: Made | None) -> None:
    """Note that an awaitable is awaited. It may have been crossed out before, with all others of its slice."""
    if entry in made:
        made.remove(entry)


#: The types of what is looked at more closely.
FLOWS = (CoroutineType, GeneratorType)


def is_awaitable(message: Any) -> bool:
    """Return whether something is a coroutine, or an awaitable of kamlab."""
    kind = type(message)
    return kind is CoroutineType or (kind is GeneratorType and bool(message.gi_code.co_flags & _AWAITABLE_GENERATOR))


def excuse(awaitable: Any) -> None:
    """Cross out an awaitable that the engine itself runs, as for ``WaitComplete(self.sleep(5))``."""
    if is_awaitable(awaitable) and type(awaitable) is GeneratorType and awaitable.gi_frame is not None:
        local = awaitable.gi_frame.f_locals
        if "entry" in local and "made" in local:
            cross_out(local["made"], local["entry"])


# -- the end of a slice -----------------------------------------------------------------------------------


def error_of_slice(scheduler: Scheduler, component: Any) -> BadAwait | None:
    """Return the error for what a slice made and did not await, and take it out of the inboxes it was sent to.

    Returns ``None`` if all of that was made elsewhere, by another thread.
    """
    made = [entry for entry in scheduler.unawaited if not _in_another_thread(entry[0])]
    scheduler.unawaited.clear()
    if not made:
        return None
    for box in component._out.values():
        items = box.target.items
        if any(map(is_awaitable, items)):  # sent where nothing checks: unrecorded, to a box known to be quiet
            kept = [message for message in items if not is_awaitable(message)]
            items.clear()
            items.extend(kept)
    frame, instruction, _, call = made[0]
    line, text = _source_of(frame.f_code, instruction, call)
    name = call.rpartition(".")[2].partition("(")[0]
    told = "'yield from'" if name == "send_when_room" else "await"
    error = BadAwait(
        f"{component.short_name} calls {text} without {told}, at line {line} of {frame.f_code.co_name}(): "
        f"{_cure(component, frame.f_code, text, name)}."
    )
    return error.with_traceback(TracebackType(None, frame, instruction, line))


def _cure(component: Any, code: CodeType, text: str, name: str) -> str:
    """Return what to write instead, in a coroutine or in a generator."""
    flags = code.co_flags
    if not flags & (_GENERATOR | _COROUTINE | _ASYNC_GENERATOR) and type(component._flow) is GeneratorType:
        flags = _GENERATOR  # a method that main() calls
    if not flags & _GENERATOR:
        return f"write 'await {text}'"
    instead = _IN_A_GENERATOR.get(name, f"yield WaitComplete({text})")
    if name == "send_when_room":
        return instead
    return f"a generator has no await, so {instead}; or make main() 'async def' and write 'await {text}'"


def _source_of(code: CodeType, instruction: int, call: str) -> tuple[int, str]:
    """Return the line of a call, and its text: as it was written, where that is on one line."""
    positions = next(islice(code.co_positions(), instruction // 2, None), None)
    line, end, first, last = positions or (None, None, None, None)
    if line is None:
        return code.co_firstlineno, call
    if line != end or first is None or last is None:
        return line, call
    source = linecache.getline(code.co_filename, line).encode()[first:last].decode(errors="replace")
    name = call.partition("(")[0].rpartition(".")[2]
    return line, source if f"{name}(" in source and len(source) <= LONGEST else call


def _in_another_thread(frame: FrameType) -> bool:
    """Return whether a frame is on the stack of a thread other than this one."""
    here = threading.get_ident()
    stacks = [top for ident, top in sys._current_frames().items() if ident != here]
    return any(frame is other for top in stacks for other in _callers(top))


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def users_traceback(trace: TracebackType | None) -> TracebackType | None:
    """Cut a traceback to the frames from the first to the last that are not kamlab's; keep one that is all kamlab's."""
    while trace is not None and _of_kamlab(trace.tb_frame) and _has_users_frame(trace.tb_next):
        trace = trace.tb_next
    last = trace
    while last is not None and _has_users_frame(last.tb_next):
        last = last.tb_next
    if last is not None and not _of_kamlab(last.tb_frame):
        last.tb_next = None
    return trace


def _has_users_frame(trace: TracebackType | None) -> bool:
    while trace is not None:
        if not _of_kamlab(trace.tb_frame):
            return True
        trace = trace.tb_next
    return False


def _of_kamlab(frame: FrameType) -> bool:
    """Return whether the code of a frame is kamlab's, or asyncio's."""
    return frame.f_code.co_filename.startswith(_PACKAGE) or of_asyncio(frame)


def of_asyncio(frame: FrameType) -> bool:
    """Return whether the code of a frame is part of asyncio."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == "asyncio"


def users_frame_of(flow: Any) -> FrameType | None:
    """Return the frame in which a suspended generator or coroutine stands, the innermost that is not kamlab's."""
    found = None
    while flow is not None:
        frame = getattr(flow, "cr_frame", None) or getattr(flow, "gi_frame", None)
        if frame is not None and not _of_kamlab(frame):
            found = frame
        flow = getattr(flow, "cr_await", None) or getattr(flow, "gi_yieldfrom", None)
    return found


def _users_caller() -> FrameType | None:
    """Return the innermost frame that is not kamlab's, of those that the engine has called."""
    for frame in _callers(sys._getframe(2)):
        if not _of_kamlab(frame):
            return frame
        if frame.f_code.co_name == "advance":
            break
    return None


def at_line(frame: FrameType | None) -> str:
    """Return where a frame stands, in words that complete a sentence."""
    return "" if frame is None else f", at line {frame.f_lineno} of {frame.f_code.co_name}()"


# -- yielded and sent ---------------------------------------------------------------------------------------


def yielded(component: Any, coroutine: CoroutineType[Any, Any, Any]) -> BadAwait:
    """Return the error for a coroutine that a component yields; it is closed, so that Python need not warn of it."""
    name = f"{coroutine.__name__}()"
    coroutine.close()
    return BadAwait(
        f"{component.short_name} yields the coroutine {name}{at_line(users_frame_of(component._flow))}, "
        "which does not run it: a generator has no await, so "
        f"yield WaitComplete({name}), or make main() 'async def' and write 'await {name}'."
    )


def sent(message: Any, sender: Any) -> BadAwait:
    """Return the error for an awaitable that is sent; it is closed, so that Python need not warn of it."""
    name = _CALLS.get(message.__name__, message.__name__)
    call = f"self.{name}()" if type(message) is GeneratorType and name not in _CALLS.values() else f"{name}()"
    message.close()
    where = at_line(_users_caller())
    who = "A message" if sender is None else f"{sender.short_name} sends a message that"
    return BadAwait(
        f"{who} is the awaitable {call}{where}, and nothing awaits it: write 'await {call}' and send what it returns."
    )


def refuse_in_thread(component: Any, name: str) -> BadAwait:
    """Return the error for a call of an awaitable in the thread of a component."""
    frame = sys._getframe(2)
    line, text = _source_of(frame.f_code, frame.f_lasti, f"self.{name}()")
    return BadAwait(
        f"{component.short_name} calls {text} in its thread, where there is nothing to await, at line {line} of "
        f"{frame.f_code.co_name}(): write '{_IN_A_THREAD[name]}'."
    )


# -- thrown away --------------------------------------------------------------------------------------------


def notice_coroutines() -> None:
    """Have Python say to :func:`_thrown_away` which coroutines were never awaited, from the first slice on.

    ``warnings`` has no public way to be told; where the private one is missing Python warns, as it always does.
    """
    before = getattr(warnings, _HOOK, None)
    if before is not None and before is not _thrown_away and _before[0] is None:
        _before[0] = before
        setattr(warnings, _HOOK, _thrown_away)


_HOOK = "_warn_unawaited_coroutine"
_before: list[Callable[[Any], Any] | None] = [None]


def _thrown_away(coroutine: Any) -> None:
    """Enter a coroutine that a component has made and thrown away in this slice; otherwise let Python warn."""
    try:
        entered = _enter_coroutine(coroutine)
    except Exception:
        entered = False
    if not entered and _before[0] is not None:
        _before[0](coroutine)


def _enter_coroutine(coroutine: Any) -> bool:
    world = in_slice.world
    if world is None or in_slice.component is not None:
        return False
    scheduler: Scheduler = world.scheduler
    component = scheduler.running
    if component is None or scheduler.driver != threading.get_ident():
        return False
    frame = sys._getframe(2)  # below this function and its caller
    if frame.f_code.co_filename.startswith(_PACKAGE):
        return False
    call = f"{coroutine.__name__}()"
    _, text = _source_of(frame.f_code, frame.f_lasti, call)
    if text == call and f"{coroutine.__name__}(" not in linecache.getline(frame.f_code.co_filename, frame.f_lineno):
        return False  # thrown away elsewhere, perhaps by the garbage collector
    scheduler.unawaited.append((frame, frame.f_lasti, component, call))
    return True
