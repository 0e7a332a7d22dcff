"""A forgotten ``await``: what a slice made and did not await, and the error that says so.

A call such as ``self.sleep(5)`` without ``await`` does nothing, in silence; that it was meant to do something is
certain, so the slice fails. The awaitables are counted in ``Scheduler.unawaited`` (see :mod:`.awaitables`); where the
count is not zero at the end of a slice, this module finds out what was forgotten. What was thrown away is noticed at
its line, through the function that Python calls then (:func:`_thrown_away`), and so are coroutines of the user's own.
What was kept is found among the objects of the process, and its line by the variable or the code that it is in. What is
yielded or sent is refused at once; in a lab that does not record, what was sent is taken back when the slice ends.

The error begins at the user's line: its traceback is made from the frame and the instruction, since the call itself
returned long ago.
"""

from __future__ import annotations

import dis
import gc
import linecache
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from types import CodeType, CoroutineType, FrameType, GeneratorType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .context import in_slice
from .errors import BadAwait
from .names_in_code import code_of_class
from .task import task_of

if TYPE_CHECKING:
    from .scheduler import Scheduler

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
_CALLS = {"_sending": "send_when_room", "receive_by_methods": "receive"}

#: The methods of components that return an awaitable.
_METHODS = ("receive", "ready", "sleep", "tick")

#: What to write in the thread of a component.
_IN_A_THREAD = {
    "tick": "self.sync()",
    "sleep": "time.sleep(seconds)",
    "receive": "self.recv()",
    "ready": "self.pause() and then self.any_ready()",
}


def counter_of(component: Any) -> list[None]:
    """Return the counter of awaitables that are not awaited yet, the length of a list."""
    scheduler = task_of(component).scheduler
    return [] if scheduler is None else scheduler.unawaited


def is_awaitable(message: Any) -> bool:
    """Return whether something is a coroutine, or an awaitable of kamlab."""
    kind = type(message)
    return kind is CoroutineType or (kind is GeneratorType and bool(message.gi_code.co_flags & _AWAITABLE_GENERATOR))


def excuse(awaitable: Any) -> None:
    """Count an awaitable off that the engine itself runs, as for ``WaitComplete(self.sleep(5))``; it does so again."""
    if _is_new(awaitable) and "count" in _locals_of(awaitable):
        _locals_of(awaitable)["count"].pop()


def forget(scheduler: Scheduler) -> None:
    """Begin to count again, since the slice has failed."""
    scheduler.unawaited.clear()
    scheduler.thrown_away.clear()


class ThrownAway(NamedTuple):
    """Where a coroutine was thrown away: the user's frame or its code, the instruction, and the function's name."""

    frame: FrameType | CodeType
    instruction: int
    name: str


def _locals_of(awaitable: Any) -> dict[str, Any]:
    frame = awaitable.cr_frame if type(awaitable) is CoroutineType else awaitable.gi_frame
    return {} if frame is None else cast("dict[str, Any]", frame.f_locals)


def _is_new(awaitable: Any) -> bool:
    """Return whether something is an awaitable that nobody has awaited."""
    if not is_awaitable(awaitable):
        return False
    if type(awaitable) is CoroutineType:
        return awaitable.cr_frame is not None and not (awaitable.cr_running or awaitable.cr_suspended)
    return awaitable.gi_frame is not None and not (awaitable.gi_running or awaitable.gi_suspended)


# -- the end of a slice -----------------------------------------------------------------------------------


def error_of_slice(scheduler: Scheduler, component: Any) -> BadAwait | None:
    """Return the error for what a slice made and did not await, and take it out of the inboxes it was sent to.

    Returns ``None`` if there is nothing: it was made by another thread, or is awaited later than it was made.
    """
    thrown = scheduler.thrown_away[:1]
    forgotten = [] if thrown else [made for made in gc.get_objects() if _counted(made, scheduler)]
    forget(scheduler)
    if thrown:
        return _error(component, *thrown[0])
    if not forgotten:
        return _error_of_sending(component)
    for box in component._out.values():
        items = box.target.items
        if any(map(is_awaitable, items)):  # sent where nothing checks: unrecorded, to a box known to be quiet
            kept = [message for message in items if not is_awaitable(message)]
            items.clear()
            items.extend(kept)
    error = _error(component, *_maker_of(component, forgotten[0]))
    for awaitable in forgotten:
        awaitable.close()
    return error


def _error_of_sending(component: Any) -> BadAwait | None:
    """Return the error for a send_when_room() thrown away; Python says nothing of a generator, so look in the code."""
    for frame in _frames_of(task_of(component).flow):
        for instruction, _ in _calls(frame.f_code, "send_when_room"):
            return _error(component, frame, instruction, "send_when_room")
    for code, _ in code_of_class(type(component)):
        for instruction, _ in _calls(code, "send_when_room"):
            return _error(component, code, instruction, "send_when_room")
    return None


def _counted(awaitable: Any, scheduler: Scheduler) -> bool:
    return _is_new(awaitable) and _locals_of(awaitable).get("count") is scheduler.unawaited


def _error(component: Any, frame: FrameType | CodeType | None, instruction: int, name: str) -> BadAwait:
    call = f"{name}()" if name not in _METHODS else f"self.{name}()"
    told = "'yield from'" if name == "send_when_room" else "await"
    code = frame.f_code if isinstance(frame, FrameType) else frame
    if code is None:
        return BadAwait(f"{component.short_name} calls {call} without {told}: {_cure(component, None, call, name)}.")
    line, text = _source_of(code, instruction, call)
    error = BadAwait(
        f"{component.short_name} calls {text} without {told}, at line {line} of {code.co_name}(): "
        f"{_cure(component, code, text, name)}."
    )
    if isinstance(frame, FrameType):
        error = error.with_traceback(TracebackType(None, frame, instruction, line))
    return error


def _maker_of(component: Any, awaitable: Any) -> tuple[FrameType | CodeType | None, int, str]:
    """Return who has made an awaitable that was kept: a frame or its code, the instruction, and the function's name.

    It is the frame that has it in a variable, at the call whose result goes there; otherwise, of all the code of the
    component, the first call of that name whose result is not awaited.
    """
    name = _CALLS.get(awaitable.__name__, awaitable.__name__)
    frames = _frames_of(task_of(component).flow)
    for frame in frames:
        variables = {variable for variable, value in frame.f_locals.items() if value is awaitable}
        for instruction, consumer in _calls(frame.f_code, name):
            if consumer in variables:
                return frame, instruction, name
    for frame in frames:
        for instruction, _ in _calls(frame.f_code, name):
            return frame, instruction, name
    for code, _ in code_of_class(type(component)):
        for instruction, _ in _calls(code, name):
            return code, instruction, name
    return None, 0, name


def _frames_of(flow: Any) -> list[FrameType]:
    """Return the frames of a suspended generator or coroutine that are not kamlab's, the innermost first."""
    found: list[FrameType] = []
    while flow is not None:
        frame = getattr(flow, "cr_frame", None) or getattr(flow, "gi_frame", None)
        if frame is not None and not _of_kamlab(frame):
            found.insert(0, frame)
        flow = getattr(flow, "cr_await", None) or getattr(flow, "gi_yieldfrom", None)
    return found


def _calls(code: CodeType, name: str) -> Iterator[tuple[int, Any]]:
    """Yield the calls of a name in some code whose result is not awaited: instruction, and the variable it goes to."""
    begun: set[Any] = set()
    instructions = [each for each in dis.get_instructions(code) if each.opname not in ("CACHE", "EXTENDED_ARG", "NOP")]
    for each, after in pairwise(instructions):
        place = each.positions and (each.positions.lineno, each.positions.col_offset)
        if each.argval == name and each.opname.startswith("LOAD_"):
            begun.add(place)
        elif place in begun and each.opname.startswith("CALL"):
            begun.discard(place)
            if after.opname not in ("GET_AWAITABLE", "GET_YIELD_FROM_ITER"):
                yield each.offset, after.argval if after.opname.startswith("STORE_") else None


def _cure(component: Any, code: CodeType | None, text: str, name: str) -> str:
    """Return what to write instead, in a coroutine or in a generator."""
    flags = 0 if code is None else code.co_flags
    if not flags & (_GENERATOR | _COROUTINE | _ASYNC_GENERATOR) and type(task_of(component).flow) is GeneratorType:
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
    return next(iter(_frames_of(flow)), None)


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
    name = _CALLS.get(coroutine.__name__, coroutine.__name__)
    call = f"self.{name}()" if name in _METHODS else f"{name}()"
    coroutine.close()
    instead = _IN_A_GENERATOR.get(name, f"yield WaitComplete({call})")
    return BadAwait(
        f"{component.short_name} yields {call}{at_line(users_frame_of(task_of(component).flow))}, which does not run "
        f"it: a generator has no await, so {instead}, or make main() 'async def' and write 'await {call}'."
    )


def sent(message: Any, sender: Any) -> BadAwait:
    """Return the error for an awaitable that is sent; it is closed, so that Python need not warn of it."""
    name = _CALLS.get(message.__name__, message.__name__)
    call = f"self.{name}()" if name in _METHODS else f"{name}()"
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
    name = _CALLS.get(coroutine.__name__, coroutine.__name__)
    if frame.f_code.co_filename.startswith(_PACKAGE):  # a variable of main(), which has ended
        local = _locals_of(coroutine)
        if local.get("count") is not scheduler.unawaited and local.get("self") is not component:
            return False
        for code, _ in code_of_class(type(component)):
            for instruction, _ in _calls(code, name):
                scheduler.thrown_away.append(ThrownAway(code, instruction, name))
                scheduler.unawaited.append(None)
                return True
        return False
    call = f"{name}()"
    _, text = _source_of(frame.f_code, frame.f_lasti, call)
    if text == call and f"{name}(" not in linecache.getline(frame.f_code.co_filename, frame.f_lineno):
        return False  # thrown away elsewhere, perhaps by the garbage collector
    scheduler.thrown_away.append(ThrownAway(frame, frame.f_lasti, name))
    scheduler.unawaited.append(None)
    return True
