"""Whether a thread blocks in a call, and in which.

Linux tells whether a thread sleeps, and how often it has run: one that stays asleep at one instruction, without having
run, for :data:`BLOCKED` seconds is blocked. One that naps for a moment, again and again, has run in between; on a busy
machine the observer may keep the interpreter from it for long, so it takes several observations, too. Elsewhere only
the instruction is known, so there it has to be a call that is known to block.

The call is found in the stack: the function of a library that the user's code has called, or else the call that the
source has at the instruction where that code stands.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import sys
import threading
from collections.abc import Sequence
from types import CodeType, FrameType
from typing import Any

from .frames import LIBRARY, innermost_of_user, whose_code
from .lab_time import real_monotonic
from .thread_probe import asleep_at

#: How long, in seconds, a thread has to sleep at one place to be blocked, and at how many observations in a row, each
#: of which is so many seconds after the one before.
BLOCKED, OBSERVATIONS, APART = 0.15, 3, 0.02
#: The calls that block, where the system does not tell whether a thread sleeps.
_BLOCKING = frozenset(
    ("accept", "acquire", "connect", "get", "input", "join", "read", "readline", "recv", "select", "sleep", "wait")
)
#: Functions of Python in which the kernel waits in the place of a built-in one.
_STANDS_FOR = {"raw_input": "input()"}


class Standstill:
    """Where a thread sleeps, and for how long at least: from the end of one observation to the beginning of another."""

    def __init__(self) -> None:
        self._place: Any = None
        self._since = self._until = 0.0
        self._count = 0

    @property
    def is_long(self) -> bool:
        """Whether the thread was blocked when it was observed last."""
        return self._place is not None and self._until - self._since >= BLOCKED and self._count >= OBSERVATIONS

    def observe(self, ident: int | None, stack: Sequence[FrameType]) -> None:
        """Take note of where the thread sleeps now, with these frames."""
        began, place = real_monotonic(), _sleeps_at(ident, stack)
        if place is None or place != self._place:
            self._place, self._since, self._until, self._count = place, real_monotonic(), 0.0, 1
        elif began >= max(self._since, self._until) + APART:
            self._until = began
            self._count += 1

    def lasts(self, ident: int | None, stack: Sequence[FrameType]) -> bool:
        """Return whether the thread is blocked now."""
        place, since, now = self._place, self._since, real_monotonic()
        is_long = now - since >= BLOCKED and self._count >= OBSERVATIONS
        return place is not None and is_long and _sleeps_at(ident, stack) == place


def _sleeps_at(ident: int | None, stack: Sequence[FrameType]) -> Any:
    """Return where a thread sleeps, to compare; ``None`` if it runs."""
    thread = next((thread for thread in threading.enumerate() if thread.ident == ident), None)
    if thread is None or not stack:
        return None
    at = innermost_of_user(tuple([frame.f_code for frame in stack]))
    if at is not None and _called_function(stack, at) in _STANDS_FOR:
        return id(stack[at + 1]), stack[at].f_lasti
    if sys.platform == "linux":
        return asleep_at(thread)
    innermost = stack[-1]
    called = blocking_call(stack, at) if at is not None else ""
    blocks = called.rstrip("()").rpartition(".")[2] in _BLOCKING
    return (id(innermost), innermost.f_lasti) if blocks else None


def _called_function(stack: Sequence[FrameType], at: int) -> str:
    """Return the name of the function of a library that the code at a place of a stack has called; "" if of none."""
    if at + 1 < len(stack) and whose_code((above := stack[at + 1].f_code).co_filename) == LIBRARY:
        return above.co_name
    return ""


def blocking_call(stack: Sequence[FrameType], at: int) -> str:
    """Return the call in which the code at a place of a stack waits: ``queue.get()``."""
    if (name := _called_function(stack, at)) in _STANDS_FOR:
        return _STANDS_FOR[name]
    if at + 1 < len(stack) and whose_code((above := stack[at + 1]).f_code.co_filename) == LIBRARY:
        return f"{above.f_globals.get('__name__', '')}.{above.f_code.co_name}()"
    frame = stack[at]
    return _called_at(frame.f_code, frame.f_lasti) or "a call"


def _called_at(code: CodeType, instruction: int) -> str:
    """Return the call of an instruction, as the source has it: ``time.sleep()``; "" if there is no source."""
    line, end_line, column, end_column = next(
        itertools.islice(code.co_positions(), max(0, instruction) // 2, None), (None, None, None, None)
    )
    if line is None or end_line is None or column is None or end_column is None:
        return ""
    lines = [text.encode() for text in linecache.getlines(code.co_filename)[line - 1 : end_line]]
    if not lines:
        return ""
    lines[-1] = lines[-1][:end_column]
    lines[0] = lines[0][column:]
    text = b"".join(lines).decode(errors="replace").strip()
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    called = f"{ast.unparse(node.func)}()" if isinstance(node, ast.Call) else ast.unparse(node)
    return called if len(called) <= 60 else ""
