"""A call that runs nothing, since its result is thrown away: ``self.greet()`` where ``greet`` is a generator.

The ``yield from`` or ``yield WaitComplete(...)`` around such a call is easily forgotten, and Python says nothing of it:
unlike a coroutine, a generator that was never begun goes in silence. The same holds for ``WaitComplete(...)`` and
``NewComponent(...)`` without a ``yield``.

So the code of a class is looked at once, when the class is made: whether it calls one of its own generator methods as a
statement. Hardly any class does. In one that does, the method is replaced by one that looks at the instruction of each
call: if that throws the result away, the call raises the error, at its line and not before. A generator that is stored,
passed on or begun with ``next`` is made as ever. All other classes are left as they are, and pay nothing.

Rejected: an error when the class is made, for code that may never run; ``sys.settrace`` in the slices of such a class,
which debuggers and coverage need; a look at the objects of each slice, as for the awaitables of kamlab
(:mod:`.unawaited`), since a generator that was thrown away has left nothing behind. Methods of kamlab's own classes,
such as ``super().main()`` of a part, are not replaced.
"""

from __future__ import annotations

import functools
import sys
from types import CodeType, FrameType, FunctionType
from typing import Any

from . import ipc
from .calls_in_code import calls_of, is_call_of, line_of, line_of_yield, text_of
from .context import in_slice
from .describe import name_of
from .errors import BadAwait
from .names_in_code import code_of_class, of_kamlab
from .tracebacks import hide_kamlab

#: Flags of code objects, as in :mod:`inspect`.
_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200

#: What is yielded to the scheduler, under both of its names; its call alone does nothing.
_REQUESTS = ("WaitComplete", "NewComponent", "newComponent")


def guard_generators(cls: type) -> None:
    """Have the calls that throw away a generator of a class, in the code of that class, raise BadAwait."""
    code = [found for found, _ in code_of_class(cls)]
    names = {name for found in code for name in _names_in(found)}
    for name in names:
        owners = [ancestor for ancestor in cls.__mro__ if name in vars(ancestor)]
        for owner in owners if "super" in names else owners[:1]:
            method = vars(owner)[name]
            is_own = type(method) is FunctionType and not of_kamlab(owner.__module__)
            if is_own and _is_generator(method) and _drops(code, name):
                setattr(owner, name, _guarded(method, name))
    for name in names.intersection(_REQUESTS):
        if _drops(code, name):
            ipc.check_request = _check_request


def _names_in(code: CodeType) -> set[str]:
    """Return the names that some code, and the functions within it, look up."""
    nested = (_names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*nested)


def _is_generator(function: FunctionType) -> bool:
    return bool(function.__code__.co_flags & (_GENERATOR | _ASYNC_GENERATOR))


def _drops(code: list[CodeType], name: str) -> bool:
    return any(call.is_dropped for found in code for call in calls_of(found, name))


def _guarded(function: FunctionType, name: str) -> Any:
    """Return a method that makes the same generator, except for a statement that throws it away."""

    @functools.wraps(function)
    def call(*args: Any, **argd: Any) -> Any:
        caller = sys._getframe(1)
        if _is_dropped(caller, name):
            error = _error_of_generator(args[0] if args else None, caller, function)
            try:
                raise error
            except BadAwait:
                hide_kamlab(error)
                raise
        return function(*args, **argd)

    return call


def _is_dropped(frame: FrameType, name: str) -> bool:
    """Return whether a frame stands at a call of a name whose result it throws away."""
    return any(call.is_dropped and call.is_made_by(frame) for call in calls_of(frame.f_code, name))


def _error_of_generator(component: Any, frame: FrameType, function: FunctionType) -> BadAwait:
    code, own, name = frame.f_code, function.__code__, function.__name__
    text = text_of(code, frame.f_lasti)
    text = text if text is not None and is_call_of(text, name) else f"self.{name}()"
    where = f"calls {text} at line {line_of(code, frame.f_lasti)} of {code.co_name}()"
    if own.co_flags & _ASYNC_GENERATOR:
        why = f"{name}() is 'async def' and has a 'yield', at line {line_of_yield(own)}"
        cure = f"write 'await self.tick()' there instead of 'yield', and 'await {text}'"
    else:
        why, cure = f"{name}() is a generator", _cure(code, text, name)
    return BadAwait(f"{name_of(component)} {where}, which runs nothing, since {why}: {cure}.")


def _cure(code: CodeType, text: str, name: str) -> str:
    """Return what to write instead of a statement that calls a generator."""
    if in_slice.component is not None:
        return f"in a thread write {name}() without 'yield'"
    if code.co_flags & (_COROUTINE | _ASYNC_GENERATOR):
        return f"make {name}() 'async def', with 'await self.tick()' instead of 'yield', and write 'await {text}'"
    if code.co_flags & _GENERATOR:
        return f"write 'yield from {text}'"
    if code.co_name == "__init__":
        return f"nothing can wait in __init__(), so write 'yield from {text}' in main()"
    return f"write 'yield from {text}' there, and 'yield from' where {code.co_name}() is called"


def _check_request() -> None:
    """Raise BadAwait for a request to the scheduler that is made and thrown away."""
    frame = sys._getframe(2)
    code = frame.f_code
    name = next((name for name in _REQUESTS if _is_dropped(frame, name)), None)
    world = in_slice.world
    if name is None or world is None or world.scheduler.running is None:
        return
    text = text_of(code, frame.f_lasti)
    text = text if text is not None and is_call_of(text, name) else f"{name}(...)"
    raise BadAwait(
        f"{name_of(world.scheduler.running)} calls {text} at line {line_of(code, frame.f_lasti)} of {code.co_name}(), "
        f"which does nothing until it is yielded: write 'yield {text}'."
    )
