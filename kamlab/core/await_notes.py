"""What Python's own errors mean where an ``await`` is missing, or where there is one too many.

``1 + self.receive()`` and ``await self.send(1)`` fail with a TypeError of a coroutine, or of None, which a learner has
never heard of. The error stays what it is; a note says which call it is about, and what to write.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from types import CodeType, FunctionType, MethodType, TracebackType
from typing import Any

from .calls_in_code import text_of, value_of
from .unawaited import METHODS, cure, is_users_frame

_COROUTINE = 0x80

#: Parts of the messages of Python about a value that nothing has awaited, and about what cannot be awaited.
_ABOUT_COROUTINES = ("'coroutine'", "coroutine object")
_ABOUT_NONE = ("NoneType can't be used in 'await'", "'NoneType' object can't be awaited")


def explain_awaitable(component: Any, error: TypeError | AttributeError) -> None:
    """Note at an error of a component which call must be awaited, or must not; nothing if it is not about that."""
    words = str(error)
    is_missing = any(part in words for part in _ABOUT_COROUTINES)
    if not (is_missing or any(part in words for part in _ABOUT_NONE)):
        return
    trace = _last_of_user(error.__traceback__)
    if trace is None:
        return
    frame, code = trace.tb_frame, trace.tb_frame.f_code
    for text, node in _calls_at(code, trace.tb_lasti, trace.tb_lineno):
        called = value_of(node.func, frame)
        function = called.__func__ if type(called) is MethodType else called
        if type(function) is not FunctionType:
            continue
        name = function.__name__
        is_kamlabs = function.__module__.startswith("kamlab.")
        if is_missing and (function.__code__.co_flags & _COROUTINE or (is_kamlabs and name in METHODS)):
            what = f"{text} gives its result only where it is awaited"
            error.add_note(
                f"{what}, at line {trace.tb_lineno} of {code.co_name}(): {cure(component, code, text, name)}."
            )
            return
        if not is_missing and is_kamlabs:
            instead = (
                f"write '{text}' and after it 'await self.tick()', or 'await self.sleep(seconds)'"
                if name == "pause"
                else f"write '{text}'"
            )
            error.add_note(f"{text} needs no await, at line {trace.tb_lineno} of {code.co_name}(): {instead}.")
            return
    missing: Any = error.obj if isinstance(error, AttributeError) else None
    if is_missing and missing is not None:
        call = f"self.{missing.__name__}()" if missing.__name__ in METHODS else f"{missing.__name__}()"
        error.add_note(f"{call} gives its result only where it is awaited: {cure(component, None, call, '')}.")


def _last_of_user(trace: TracebackType | None) -> TracebackType | None:
    found = None
    while trace is not None:
        if is_users_frame(trace.tb_frame):
            found = trace
        trace = trace.tb_next
    return found


def _calls_at(code: CodeType, instruction: int, line: int) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in the source of an instruction, or else in its line: the text, and the call."""
    for source in (text_of(code, instruction), linecache.getline(code.co_filename, line).strip().removesuffix(":")):
        tree = _parsed(source or "")
        if tree is not None:
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield ast.unparse(node), node


def _parsed(source: str) -> ast.AST | None:
    for whole in (source, f"{source}:\n pass"):
        for around in ("{}", "async def f():\n {}", "def f():\n {}"):
            try:
                return ast.parse(around.format(whole.replace("\n", "\n ")))
            except (SyntaxError, ValueError):
                continue
    return None
