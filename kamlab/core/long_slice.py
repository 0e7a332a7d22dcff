"""A slice that has lasted for long, in words: whose it is, where it stands, and in which call it blocks.

The call is found in the stack: the function of a library that the user's code has called, or else the call that the
source has at the instruction where that code stands.
"""

from __future__ import annotations

import ast
import itertools
import linecache
from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from .describe import name_of
from .frames import LIBRARY, whose_code
from .interrupt import of_the_engine

#: Functions of Python in which the kernel waits in the place of a built-in one.
STANDS_FOR = {"raw_input": "input()"}


@dataclass(frozen=True, slots=True)
class LongSlice:
    """A slice, or a call between two slices, that has lasted for long.

    ``component`` is whose slice it is, ``None`` between two slices; ``seconds`` how long it has lasted at least;
    ``place`` where in the user's code it stands; ``blocks_in`` the call that it waits in, if any; ``cure`` what ends
    it. ``in_thread``: the slice waits for the component's own thread, and the lab goes on without it soon.
    ``is_called``: it stands in what the lab has called in the middle of that slice: an observer, or the condition of a
    breakpoint. ``is_end``: it is no slice, but the component's end.

    >>> print(LongSlice(None, 3.2, "line 4 of check()", cure="Interrupt to end it.").sentence())
    A call between two slices has lasted 3 s, at line 4 of check(): does this loop end? Interrupt to end it.
    """

    component: Any
    seconds: float
    place: str = ""
    blocks_in: str | None = None
    cure: str = ""
    in_thread: bool = False
    is_called: bool = False
    is_end: bool = False

    def sentence(self) -> str:
        """Return who, how long, where, and what to do, in one or two sentences."""
        return f"{self.diagnosis()} {self.cure}".rstrip()

    def diagnosis(self) -> str:
        """Return the sentence without what ends it."""
        seconds = f"{int(self.seconds)} s" if self.seconds >= 1 else f"{self.seconds:.1f} s"
        if self.component is None:
            who = f"A call between two slices has lasted {seconds}"
        elif self.is_called:
            who = f"A call that the lab makes in a slice of {name_of(self.component)} has lasted {seconds}"
        elif self.is_end:
            who = f"{name_of(self.component)} has been closing for {seconds}"
        else:
            who = f"{name_of(self.component)} has been in one slice for {seconds}"
        at = f" at {self.place}" if self.place else ""
        if self.in_thread:
            where = f", it is{at}" if at else ""
            return f"{who}: its thread has not come to its next send, recv or pause{where}."
        if self.blocks_in is not None:
            return f"{who} and blocks in {self.blocks_in}{at}: nothing else in the lab can run meanwhile."
        is_slice = self.component is not None and not (self.is_called or self.is_end)
        question = "is a yield or await missing in this loop?" if is_slice else "does this loop end?"
        return f"{who}{',' if at else ''}{at}: {question}"


# -- in the stack ---------------------------------------------------------------------------------------


def is_called_within(stack: Sequence[FrameType], at: int) -> bool:
    """Return whether the lab has called the code at a place of a stack in the middle of other code that it called."""
    engine = [number for number, frame in enumerate(stack[:at]) if of_the_engine(frame)]
    return bool(engine) and len(engine) <= engine[-1]


def called_function(stack: Sequence[FrameType], at: int) -> str:
    """Return the name of the function of a library that the code at a place of a stack has called; "" if of none."""
    if at + 1 < len(stack) and whose_code((above := stack[at + 1].f_code).co_filename) == LIBRARY:
        return above.co_name
    return ""


def blocking_call(stack: Sequence[FrameType], at: int) -> str:
    """Return the call in which the code at a place of a stack waits: ``queue.get()``."""
    if (name := called_function(stack, at)) in STANDS_FOR:
        return STANDS_FOR[name]
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
    except (SyntaxError, ValueError):
        return ""
    called = f"{ast.unparse(node.func)}()" if isinstance(node, ast.Call) else ast.unparse(node)
    return called if len(called) <= 60 else ""
