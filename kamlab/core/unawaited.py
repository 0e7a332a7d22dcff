"""A forgotten ``await``: what a slice made and did not await, and the error that says so.

A call such as ``self.sleep(5)`` without ``await`` does nothing, in silence; that it was meant to do something is
certain, so the slice fails. The awaitables are counted in ``Scheduler.unawaited`` (see :mod:`.awaitables`); where the
count is not zero at the end of a slice, this module finds out what was forgotten. What was thrown away is noticed at
its line, through the function that Python calls then (:func:`_thrown_away`), and so are coroutines of the user's own.
What was kept is found among the objects of the process, and its line by the variable or the code that it is in. What is
yielded or sent is refused at once; in a lab that does not record, what was sent is taken back when the slice ends.

The text of a call is shown only where the code proves that it made the awaitable (:mod:`.calls_in_code`); otherwise the
line alone, or what is known without it. A cure that would not work is worse than none.

The error begins at the user's line: its traceback is made from the frame and the instruction, since the call itself
returned long ago. Python calls :func:`_thrown_away` while it frees the coroutine, where an exception would be lost; so
nothing is raised there. Once a slice has thrown away :data:`MOST`, its next call of an awaitable raises the error.
"""

from __future__ import annotations

import ast
import gc
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from types import CodeType, CoroutineType, FrameType, FunctionType, GeneratorType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .calls_in_code import (
    Call,
    call_within,
    calls_of,
    drops_result_of,
    is_call_of,
    line_of,
    source_line,
    text_of,
)
from .context import in_slice
from .errors import BadAwait
from .frames import LIBRARY, is_kamlabs, module_of, place_of, whose_code
from .names_in_code import code_of_class, names_in
from .task import task_of

if TYPE_CHECKING:
    from .scheduler import Scheduler

#: How many awaitables a slice can throw away before it fails at once.
MOST = 1000


#: Flags of code objects, as in :mod:`inspect`, whose import would be slow.
_GENERATOR, _COROUTINE, _AWAITABLE_GENERATOR, _ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200

#: What to write in a generator ``main`` instead of an await, where there is one way to say it.
_IN_A_GENERATOR = {
    "tick": "write 'yield'",
    "sleep": "write 'yield WaitComplete({call})'",
    "receive": "call self.pause() and 'yield' until self.data_ready(), then self.recv()",
    "ready": "call self.pause() and 'yield' until self.any_ready()",
    "send_when_room": "write 'yield from {call}'",
}

#: Calls whose generator has another name.
_CALLS = {"_sending": "send_when_room", "receive_by_methods": "receive", "_receive_by_methods": "receive"}

#: The methods of components that return an awaitable.
METHODS = ("receive", "ready", "sleep", "tick")

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
    return [] if scheduler is None else scheduler.counter


class OutsideSlices(list[None]):
    """The counter outside of all slices, where nothing can be awaited: it raises BadAwait."""

    def append(self, _item: None, /) -> None:
        """Raise BadAwait for the call that counts."""
        caller = sys._getframe(1)
        component = caller.f_locals.get("self", caller.f_locals.get("component"))
        raise refused_outside(component, _called(caller.f_code.co_name))


OUTSIDE_SLICES = OutsideSlices()


class TooMany(list[None]):
    """The counter of a slice that has thrown away :data:`MOST` awaitables: it raises the error of the slice."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__()
        self._scheduler = scheduler

    def append(self, _item: None, /) -> None:
        """Raise the error for the first that was thrown away."""
        scheduler = self._scheduler
        raise _error_of_thrown(scheduler.running, scheduler.thrown_away[0]).with_traceback(None)


def is_awaitable(message: Any) -> bool:
    """Return whether something is a coroutine, or an awaitable of kamlab."""
    kind = type(message)
    return kind is CoroutineType or (kind is GeneratorType and bool(message.gi_code.co_flags & _AWAITABLE_GENERATOR))


def excuse(awaitable: Any) -> None:
    """Count an awaitable off that the engine itself runs, as for ``WaitComplete(self.sleep(5))``; it does so again."""
    if is_new(awaitable) and "count" in _locals_of(awaitable):
        _locals_of(awaitable)["count"].pop()


def forget(scheduler: Scheduler) -> None:
    """Begin to count again, since the slice has failed."""
    scheduler.unawaited.clear()
    scheduler.thrown_away.clear()
    if type(scheduler.counter) is TooMany:
        scheduler.counter = scheduler.unawaited


def close_kept(scheduler: Scheduler, error: BaseException) -> None:
    """Close the awaitables in the variables of the frames that an error has left, so that Python does not warn."""
    if not scheduler.unawaited:
        return
    missing: Any = error.obj if isinstance(error, AttributeError) else None
    if _counted(missing, scheduler):
        missing.close()
    trace = error.__traceback__
    while trace is not None:
        if not _of_kamlab(trace.tb_frame):
            for value in trace.tb_frame.f_locals.values():
                if _counted(value, scheduler):
                    value.close()
        trace = trace.tb_next


class ThrownAway(NamedTuple):
    """Where a coroutine was thrown away: the user's frame, or its code, or ``None``; the instruction; its name.

    ``is_of_asyncio``: asyncio has made it.
    """

    frame: FrameType | CodeType | None
    instruction: int
    name: str
    is_of_asyncio: bool = False


def _called(name: str) -> str:
    """Return the name of the call that makes the awaitables of a name."""
    return _CALLS.get(name, name)


def call_in_words(name: str, qualified: str = "") -> str:
    """Return a call of which only the name is known: ``self.sleep()``; a qualified name tells what a method is."""
    owner = qualified.rpartition(".")[0]
    is_method = name in METHODS or (owner != "" and not owner.endswith("<locals>"))
    return f"self.{name}()" if is_method else f"{name}()"


def _locals_of(awaitable: Any) -> dict[str, Any]:
    frame = awaitable.cr_frame if type(awaitable) is CoroutineType else awaitable.gi_frame
    return {} if frame is None else cast("dict[str, Any]", frame.f_locals)


def is_new(awaitable: Any) -> bool:
    """Return whether something is an awaitable that has not been awaited."""
    if not is_awaitable(awaitable):
        return False
    if type(awaitable) is CoroutineType:
        return awaitable.cr_frame is not None and not (awaitable.cr_running or awaitable.cr_suspended)
    return awaitable.gi_frame is not None and not (awaitable.gi_running or awaitable.gi_suspended)


def is_new_generator(said: Any) -> bool:
    """Return whether something is a generator that has not begun."""
    return type(said) is GeneratorType and said.gi_frame is not None and not (said.gi_running or said.gi_suspended)


# -- the end of a slice -----------------------------------------------------------------------------------


def error_of_slice(scheduler: Scheduler, component: Any) -> BadAwait | None:
    """Return the error for what a slice made and did not await, and take it out of the inboxes it was sent to.

    Returns ``None`` if there is nothing: it was made by another thread, or is awaited later than it was made.
    """
    thrown = scheduler.thrown_away[:1]
    forgotten = [] if thrown else [made for made in gc.get_objects() if _counted(made, scheduler)]
    forget(scheduler)
    if thrown:
        return _error_of_thrown(component, thrown[0])
    if not forgotten:
        return _error_of_sending(component)
    for box in component._out.values():
        items = box.target.items
        if any(map(is_awaitable, items)):  # sent where nothing checks: unrecorded, to a box known to be quiet
            kept = [message for message in items if not is_awaitable(message)]
            items.clear()
            items.extend(kept)
    error = _error_of_kept(component, forgotten[0])
    for awaitable in forgotten:
        awaitable.close()
    return error


def error_of_closing(scheduler: Scheduler, component: Any, made: int, thrown: int) -> BadAwait | None:
    """Return the error for what a component made when it was closed and did not await; forget it.

    Args:
        made, thrown: how many were counted, fewer than now, and noticed before.
    """
    noticed = scheduler.thrown_away[thrown : thrown + 1]
    del scheduler.unawaited[made:]
    del scheduler.thrown_away[thrown:]
    if noticed:
        return _error_of_thrown(component, noticed[0])
    kept = [
        found
        for found in gc.get_objects()
        if _counted(found, scheduler) and _locals_of(found).get("component") is component
    ]
    error = _error_of_kept(component, kept[0]) if kept else None
    for awaitable in kept:
        awaitable.close()
    return error


def error_of_attributes(component: Any) -> BadAwait | None:
    """Return the error for a coroutine in an attribute of a component that has ended, if nothing else refers to it."""
    own = vars(component)
    for attribute in [name for name, value in own.items() if type(value) is CoroutineType and is_new(value)]:
        coroutine = own[attribute]
        others = [holder for holder in gc.get_referrers(coroutine) if holder is not own and holder is not component]
        if any(type(holder) is not FrameType for holder in others):  # it may be awaited yet
            continue
        name, made = coroutine.__name__, call_in_words(coroutine.__name__, coroutine.__qualname__)
        coroutine.close()
        calls = [call for call, _ in _calls_in(component, name) if call.variable == attribute]
        where = f", at line {calls[0].line} of {calls[0].code.co_name}()" if calls else ""
        return BadAwait(
            f"{component.short_name} never awaited self.{attribute} = {made}{where}: write "
            f"'await self.{attribute}' where it needs the result."
        )
    return None


def _error_of_sending(component: Any) -> BadAwait | None:
    """Return the error for a send_when_room() thrown away; Python says nothing of a generator, so look in the code."""
    found = _calls_in(component, "send_when_room")
    return _error_at(component, *found[0], "calls {} without {}") if found else None


def _counted(awaitable: Any, scheduler: Scheduler) -> bool:
    return is_new(awaitable) and _locals_of(awaitable).get("count") is scheduler.unawaited


def _error_of_thrown(component: Any, thrown: ThrownAway) -> BadAwait:
    """Return the error for what was thrown away, at the call that made it if the code tells, else at its line."""
    where, instruction, name, of_asyncio = thrown
    if where is None:
        return _error_of_unknown(component, name)
    code = where.f_code if isinstance(where, FrameType) else where
    call = call_within(code, instruction, name)
    if of_asyncio:
        text = text_of(call.code, call.instruction) if call is not None else None
        return _error_of_asyncio(component, where, instruction, name, text)
    if call is not None:
        return _error_at(component, call, where, "calls {} without {}")
    line = line_of(code, instruction)
    text = text_of(code, instruction)
    if text is not None and isinstance(where, FrameType) and drops_result_of(where, instruction, name):
        instead = cure(component, code, text, name)
        said = f"calls {text} without await, at line {line} of {code.co_name}(): {instead}."
    else:
        said = (
            f"throws away what {call_in_words(name)} returns, at line {line} of "
            f"{code.co_name}(){source_line(code, line)}, and nothing has awaited it: write 'await' before "
            "the call that returns it."
        )
    return _begun_at(BadAwait(f"{component.short_name} {said}"), where, instruction, line)


def _error_of_asyncio(
    component: Any, where: FrameType | CodeType, instruction: int, name: str, text: str | None
) -> BadAwait:
    code = where.f_code if isinstance(where, FrameType) else where
    line = line_of(code, instruction)
    instead = "wait with self.sleep(), self.ready() or self.receive()"
    if name == "sleep" and is_call_of(text, "sleep"):
        node = cast(ast.Call, ast.parse(text or "", mode="eval").body)
        seconds = ast.unparse(node.args[0]) if node.args else "seconds"
        instead = cure(component, code, f"self.sleep({seconds})", "sleep")
    error = BadAwait(
        f"{component.short_name} calls {text or f'asyncio.{name}()'} at line {line} of {code.co_name}(), and a "
        f"component runs in no event loop: {instead}."
    )
    return _begun_at(error, where, instruction, line)


def _error_of_kept(component: Any, awaitable: Any) -> BadAwait:
    """Return the error for an awaitable that was kept.

    Its call is the one whose result goes to the variable, or the attribute, that has it; otherwise the only call of
    that name whose result is not awaited, if there is only one.
    """
    name = _called(awaitable.__name__)
    found = _calls_in(component, name)
    attributes = {attribute for attribute, value in vars(component).items() if value is awaitable}
    for call, where in found:
        local = where.f_locals if isinstance(where, FrameType) else {}
        if call.variable is not None and (local.get(call.variable) is awaitable or call.variable in attributes):
            return _error_at(component, call, where, _NOT_IN_ITS_SLICE)
    if len(found) == 1:
        return _error_at(component, *found[0], _NOT_IN_ITS_SLICE)
    return _error_of_unknown(component, name)


_NOT_IN_ITS_SLICE = "calls {} without awaiting it in the same slice"


def _error_of_unknown(component: Any, name: str) -> BadAwait:
    """Return the error for a call of which only the name is known, with all places where it may be."""
    found = _calls_in(component, name)
    call = call_in_words(name)
    if len(found) == 1:
        return _error_at(component, *found[0], "calls {} without {}")
    places = [f"line {call.line} of {call.code.co_name}()" for call, _ in found[:3]]
    where = f" (it is called without await at {', '.join(places)})" if places else ""
    return BadAwait(
        f"{component.short_name} has called {call} in this slice and never awaited it{where}: "
        f"{cure(component, None, call, name)}."
    )


def _error_at(component: Any, call: Call, where: FrameType | CodeType, said: str) -> BadAwait:
    """Return the error for a call; ``said`` has places for its text and for what is missing."""
    name = call.name
    text = text_of(call.code, call.instruction)
    shown = text if text is not None and is_call_of(text, name) else call_in_words(name)
    outer = where.f_code if isinstance(where, FrameType) else where
    is_async = outer.co_flags & (_COROUTINE | _ASYNC_GENERATOR)
    missing = "'yield from'" if name == "send_when_room" and not is_async else "await"
    code = outer if call.code.co_name in _COMPREHENSIONS else call.code
    error = BadAwait(
        f"{component.short_name} {said.format(shown, missing)}, at line {call.line} of {code.co_name}(): "
        f"{cure(component, call.code, shown, name, outer, call.is_returned)}."
    )
    return _begun_at(error, where, call.instruction if call.code is outer else 0, call.line)


def _begun_at(error: BadAwait, where: FrameType | CodeType, instruction: int, line: int) -> BadAwait:
    """Give an error a traceback of one line of a frame, if there is one."""
    if not isinstance(where, FrameType):
        return error
    return error.with_traceback(TracebackType(None, where, instruction, line))


def _calls_in(component: Any, name: str) -> list[tuple[Call, FrameType | CodeType]]:
    """Return the calls of a name whose result is not awaited, in the code of a component, with the frame or the code.

    Its suspended frames come first, the innermost before the others; then its class, and the functions that it calls.
    """
    places: dict[CodeType, FrameType | CodeType] = {}
    for frame in _frames_of(task_of(component).flow):
        places.setdefault(frame.f_code, frame)
    own = list(code_of_class(type(component)))
    for code, _ in own:
        places.setdefault(code, code)
    for held in names_in(own):
        places.setdefault(held.code, held.code)
        if type(held.value) is FunctionType and not is_kamlabs(held.value.__code__.co_filename):
            places.setdefault(held.value.__code__, held.value.__code__)
    found: dict[tuple[CodeType, int], tuple[Call, FrameType | CodeType]] = {}
    for code, where in places.items():
        for call in calls_of(code, name):
            found.setdefault((call.code, call.instruction), (call, where))
    return list(found.values())


def _frames_of(flow: Any) -> list[FrameType]:
    """Return the frames of a suspended generator or coroutine that are not kamlab's, the innermost first."""
    found: list[FrameType] = []
    while flow is not None:
        frame = getattr(flow, "cr_frame", None) or getattr(flow, "gi_frame", None)
        if frame is not None and not _of_kamlab(frame):
            found.insert(0, frame)
        flow = getattr(flow, "cr_await", None) or getattr(flow, "gi_yieldfrom", None)
    return found


#: Methods that the engine calls, or Python, and that cannot be coroutines.
_CALLED_BY_THE_ENGINE = ("__init__", "close_down", "stop")

_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")


def cure(
    component: Any,
    code: CodeType | None,
    text: str,
    name: str,
    outer: CodeType | None = None,
    is_returned: bool = False,
) -> str:
    """Return what to write instead of a call, in a coroutine, a generator, or a function that one of these calls.

    Args:
        component: whose call it is.
        code: the code that calls; ``None`` if that is not known.
        text: the call.
        name: its name.
        outer: the code around ``code``.
        is_returned: the code returns the result.
    """
    if code is not None and code.co_name == "<genexpr>":
        return f"write it as a list, '[await {text} for ...]', since a generator expression cannot be used so"
    if code is not None and code.co_name in _COMPREHENSIONS:
        code = outer
    flags = 0 if code is None else code.co_flags
    is_plain = code is not None and not flags & (_GENERATOR | _COROUTINE | _ASYNC_GENERATOR)
    if is_plain and code is not None and code.co_name in _CALLED_BY_THE_ENGINE:
        return f"nothing can wait in {code.co_name}(), so do that in main()"
    if is_plain and code is not None and (code.co_name == "<lambda>" or is_returned):
        return f"write 'await' where {code.co_name}() is called" if code.co_name != "<lambda>" else _LAMBDA
    if not flags & (_COROUTINE | _ASYNC_GENERATOR) and type(task_of(component).flow) is GeneratorType:
        flags = _GENERATOR  # a method that main() calls
    if flags & _GENERATOR:
        return _cure_in_generator(text, name)
    if is_plain and code is not None:
        return f"make {code.co_name}() 'async def', write 'await {text}' in it, and 'await' where it is called"
    return f"write 'await {text}'"


_LAMBDA = "a lambda cannot await, so write 'await' where it is called"


def _cure_in_generator(text: str, name: str) -> str:
    instead = _IN_A_GENERATOR.get(name, "write 'yield WaitComplete({call})'").format(call=text)
    if name == "send_when_room":
        return instead
    return f"a generator has no await, so make main() 'async def' and write 'await {text}'; or {instead}"


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
    return is_kamlabs(frame.f_code.co_filename) or of_asyncio(frame)


def is_users_frame(frame: FrameType) -> bool:
    """Return whether the code of a frame is neither kamlab's nor a library's."""
    return not _of_kamlab(frame) and whose_code(frame.f_code.co_filename) != LIBRARY


def of_asyncio(frame: FrameType) -> bool:
    """Return whether the code of a frame is part of asyncio."""
    return module_of(frame).partition(".")[0] == "asyncio"


def users_frame_of(flow: Any) -> FrameType | None:
    """Return the frame in which a suspended generator or coroutine stands, the innermost that is not kamlab's."""
    return next(iter(_frames_of(flow)), None)


def _users_caller() -> FrameType | None:
    """Return the innermost frame that is the user's, of those that the engine has called."""
    for frame in _callers(sys._getframe(2)):
        if is_users_frame(frame):
            return frame
        if frame.f_code.co_name == "advance":
            break
    return None


def at_line(frame: FrameType | None) -> str:
    """Return where a frame stands, in words that complete a sentence."""
    return "" if frame is None else f", at {place_of(frame)}"


# -- yielded and sent ---------------------------------------------------------------------------------------


def yielded(component: Any, flow: CoroutineType[Any, Any, Any] | GeneratorType[Any, Any, Any]) -> BadAwait:
    """Return the error for a coroutine or a generator that a component yields.

    It is closed, so that Python need not warn of it.
    """
    name = _called(flow.__name__)
    call = call_in_words(name, flow.__qualname__)
    flow.close()
    frame = users_frame_of(task_of(component).flow)
    made = call_within(frame.f_code, frame.f_lasti, name) if frame is not None else None
    text = text_of(made.code, made.instruction) if made is not None else None
    if text is not None and is_call_of(text, name):
        call = text
    where = at_line(frame)
    who = f"{component.short_name} yields {call}{where}, which does not run it"
    if is_awaitable_name(name) or type(flow) is CoroutineType:
        return BadAwait(f"{who}: {_cure_in_generator(call, name)}.")
    return BadAwait(f"{who}: write 'yield from {call}', or 'yield WaitComplete({call})'.")


def is_awaitable_name(name: str) -> bool:
    """Return whether a name is that of a call of kamlab that returns an awaitable."""
    return name in METHODS or name == "send_when_room"


def sent(message: Any, sender: Any) -> BadAwait:
    """Return the error for an awaitable that is sent; it is closed, so that Python need not warn of it."""
    call = call_in_words(_called(message.__name__), message.__qualname__)
    message.close()
    where = at_line(_users_caller())
    who = "A message" if sender is None else f"{sender.short_name} sends a message that"
    return BadAwait(
        f"{who} is the awaitable {call}{where}, and nothing awaits it: write 'await {call}' and send what it returns."
    )


def refused_outside(component: Any, name: str) -> BadAwait:
    """Return the error for a call of an awaitable outside of all slices, where it would wait for ever."""
    who = getattr(component, "short_name", "a component")
    return BadAwait(
        f"{name}() of {who} is for its own main(), and was called outside of the lab's slices, where it cannot wait. "
        "To wait in a cell or script use lab.run(until=...); to take a message there use a Handle."
    )


def check_in_slice(component: Any, name: str) -> None:
    """Raise BadAwait if an awaitable is run outside of all slices, as by a cell that awaits it."""
    if in_slice.world is None:
        task_of(component).awaits = None
        raise refused_outside(component, name)


def refuse_in_thread(component: Any, name: str) -> BadAwait:
    """Return the error for a call of an awaitable in the thread of a component."""
    frame = sys._getframe(2)
    line, text = frame.f_lineno, text_of(frame.f_code, frame.f_lasti)
    if text is None or not is_call_of(text, name):
        text = call_in_words(name)
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
    """Enter a coroutine that a component has made and thrown away in this slice; otherwise warn, at the user's line.

    Python calls this while it frees the coroutine, and an exception is lost here.
    """
    try:
        if not _enter_coroutine(coroutine):
            _warn(coroutine)
    except Exception:
        if _before[0] is not None:
            _before[0](coroutine)
    except BaseException as error:
        interrupt = None if in_slice.world is None else in_slice.world.scheduler.runtime.interrupt
        if interrupt is None:
            raise
        interrupt.raise_at_next_line(sys._getframe(), error)


def _enter_coroutine(coroutine: Any) -> bool:
    """Enter a coroutine of the present slice; return whether it is one."""
    world = in_slice.world
    if world is None or in_slice.component is not None:
        return False
    scheduler: Scheduler = world.scheduler
    component = scheduler.running
    if component is None or scheduler.driver != threading.get_ident():
        return False
    name = _called(coroutine.__name__)
    local = _locals_of(coroutine)
    is_counted = local.get("count") is scheduler.unawaited
    frame = _users_caller()
    if frame is None:  # a variable of main(), which has ended
        if not is_counted and local.get("self") is not component:
            return False
        found = [] if is_counted else _calls_in(component, name)
        if not (is_counted or found):
            return False
        thrown = ThrownAway(None, 0, name)
    else:
        code, instruction = frame.f_code, frame.f_lasti
        if not (
            is_counted or call_within(code, instruction, name) or drops_result_of(frame, instruction, name)
        ):  # thrown away elsewhere, perhaps by the garbage collector
            return False
        thrown = ThrownAway(frame, instruction, name, of_asyncio(coroutine.cr_frame))
    if len(scheduler.thrown_away) < MOST:
        scheduler.thrown_away.append(thrown)
        scheduler.unawaited.append(None)
    else:
        scheduler.counter = TooMany(scheduler)
    return True


def _warn(coroutine: Any) -> None:
    """Warn of a coroutine as Python does, but at the user's line: where it was thrown away, or where it is defined."""
    if coroutine.cr_origin is not None and _before[0] is not None:  # Python knows where it was made
        _before[0](coroutine)
        return
    frame, code = first_of_user(sys._getframe(2)), coroutine.cr_code
    words = f"coroutine '{coroutine.__qualname__}' was never awaited"
    is_there = frame is not None and (
        call_within(frame.f_code, frame.f_lasti, coroutine.__name__)
        or drops_result_of(frame, frame.f_lasti, coroutine.__name__)
        or is_kamlabs(code.co_filename)
    )
    if is_there and frame is not None:
        registry = frame.f_globals.setdefault("__warningregistry__", {})
        place = (frame.f_code.co_filename, frame.f_lineno)
    else:
        registry = coroutine.cr_frame.f_globals.setdefault("__warningregistry__", {})
        place = (code.co_filename, code.co_firstlineno)
        words += "; a call of it was stored, and has gone only now"
    warnings.warn_explicit(words, RuntimeWarning, *place, registry=registry, source=coroutine)


def first_of_user(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame that is the user's, of a frame and its callers."""
    return next((caller for caller in _callers(frame) if is_users_frame(caller)), None)
