"""Calls in compiled code: which call an instruction belongs to, where its result goes, and how it was written.

A call that made an awaitable returned before anyone knew that it would not be awaited. What is left is the code, so the
call is looked for there: by its name, and by the place that an instruction has in the source.
"""

from __future__ import annotations

import ast
import dis
import functools
import linecache
from collections.abc import Iterator
from itertools import islice, pairwise
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any, NamedTuple

#: How many characters of a call are shown.
LONGEST = 60

#: Instructions that do nothing, or belong to another one.
_NO_INSTRUCTIONS = ("CACHE", "EXTENDED_ARG", "NOP", "PRECALL")

#: What follows a call whose result is awaited.
_AWAITING = ("GET_AWAITABLE", "GET_YIELD_FROM_ITER")


class Call(NamedTuple):
    """A call whose result is not awaited: where it is, and the variable or attribute that its result is stored in.

    ``is_returned``: the code returns the result, so whether it is awaited is for its caller to decide.
    ``is_dropped``: it throws the result away.
    """

    code: CodeType
    instruction: int
    name: str
    variable: str | None
    is_returned: bool
    is_dropped: bool

    @property
    def line(self) -> int:
        """The number of its line."""
        return _positions(self.code, self.instruction)[0] or self.code.co_firstlineno

    def is_made_by(self, frame: FrameType) -> bool:
        """Return whether a frame is making this call now: it stands at the instruction, or at one of its caches."""
        between = self.code.co_code[self.instruction + 2 : frame.f_lasti + 2 : 2]
        return frame.f_code is self.code and frame.f_lasti >= self.instruction and not any(between)


@functools.lru_cache(500)
def calls_of(code: CodeType, name: str) -> tuple[Call, ...]:
    """Return the calls of a name in some code, and in the functions within it, whose result is not awaited."""
    return tuple(_calls(code, name))


def _calls(code: CodeType, name: str) -> Iterator[Call]:
    begun: set[Any] = set()
    instructions = [step for step in dis.get_instructions(code) if step.opname not in _NO_INSTRUCTIONS]
    for index, (op, after) in enumerate(pairwise(instructions)):
        place = op.positions and (op.positions.lineno, op.positions.col_offset)
        if op.argval == name and op.opname.startswith("LOAD_"):
            begun.add(place)
        elif place in begun and op.opname.startswith("CALL"):
            begun.discard(place)
            if after.opname not in _AWAITING:
                if after.opname.startswith("LOAD_FAST") and instructions[index + 2].opname == "STORE_ATTR":
                    after = instructions[index + 2]
                stored = after.argval if after.opname.startswith("STORE_") else None
                variable = stored[0] if type(stored) is tuple else stored
                yield Call(
                    code,
                    op.offset,
                    name,
                    variable if type(variable) is str else None,
                    after.opname.startswith("RETURN_"),
                    after.opname == "POP_TOP",
                )
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _calls(constant, name)


def call_within(code: CodeType, instruction: int, name: str) -> Call | None:
    """Return the call of a name that the source of an instruction contains: ``f(1)`` in ``print(f(1))``.

    It is also the call whose result stood in the variable that the instruction sets.
    """
    line, end, first, last = _positions(code, instruction)
    if line is None or end is None:
        return None
    variable = _stored_by(code, instruction)
    for call in calls_of(code, name):
        at, until, column, end_column = _positions(call.code, call.instruction)
        if at is None or until is None:
            continue
        if None in (first, last, column, end_column):
            if line <= at and until <= end:
                return call
        elif (line, first) <= (at, column) and (until, end_column) <= (end, last):
            return call
    return next((call for call in calls_of(code, name) if variable is not None and call.variable == variable), None)


def _stored_by(code: CodeType, instruction: int) -> str | None:
    """Return the variable that an instruction sets or deletes, if it does."""
    for op in dis.get_instructions(code):
        if op.offset == instruction:
            is_store = op.opname.startswith(("STORE_", "DELETE_"))
            return op.argval if is_store and type(op.argval) is str else None
    return None


def drops_result_of(frame: FrameType, instruction: int, name: str) -> bool:
    """Return whether an instruction throws away what a call returns that itself returns a call of a name.

    It is so for ``wait(5)`` where ``wait`` is ``self.sleep``, or a function that ends with ``return self.sleep(5)``;
    not for ``list(map(self.sleep, times))``, which returns a list.
    """
    code = frame.f_code
    before: Any = None
    for op in dis.get_instructions(code):
        if op.opname in _NO_INSTRUCTIONS:
            continue
        if op.offset == instruction:
            if op.opname != "POP_TOP" or before is None or not before.opname.startswith("CALL"):
                return False
            break
        before = op
    text = text_of(code, instruction)
    try:
        node = ast.parse(text or "", mode="eval").body
    except (SyntaxError, ValueError):
        return False
    if not isinstance(node, ast.Call):
        return False
    called = value_of(node.func, frame)
    function = called.__func__ if type(called) is MethodType else called
    if type(function) is not FunctionType:
        return False
    own = function.__code__
    return own.co_name == name or any(call.code is own and call.is_returned for call in calls_of(own, name))


def value_of(node: ast.expr, frame: FrameType) -> Any:
    """Return what a name, or an attribute of a name, means in a frame, running none of the user's code."""
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = value_of(node.value, frame)
        for held in (getattr(owner, "__dict__", {}), *(vars(cls) for cls in type(owner).__mro__)):
            if node.attr in held:
                return held[node.attr]
    return None


def text_of(code: CodeType, instruction: int) -> str | None:
    """Return the source of an instruction, if it is on one line and that can be read."""
    line, end, first, last = _positions(code, instruction)
    if line is None or line != end or first is None or last is None:
        return None
    source = linecache.getline(code.co_filename, line).encode()[first:last].decode(errors="replace")
    return source or None


def is_call_of(text: str | None, name: str) -> bool:
    """Return whether a text is a call of a name, and short enough to be shown.

    >>> is_call_of("self.sleep(5)", "sleep"), is_call_of("print(self.sleep(5))", "sleep")
    (True, False)
    """
    if text is None or len(text) > LONGEST:
        return False
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return False
    if not isinstance(node, ast.Call):
        return False
    return name == (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None))


def line_of(code: CodeType, instruction: int) -> int:
    """Return the number of the line of an instruction."""
    return _positions(code, instruction)[0] or code.co_firstlineno


def source_line(code: CodeType, line: int) -> str:
    """Return a line of the source, stripped, in parentheses with a space before; "" if it is missing or long."""
    text = linecache.getline(code.co_filename, line).strip()
    return f" ({text})" if text and len(text) <= LONGEST else ""


def _positions(code: CodeType, instruction: int) -> tuple[int | None, int | None, int | None, int | None]:
    none = (None, None, None, None)
    return next(islice(code.co_positions(), max(0, instruction) // 2, None), none)


def line_of_yield(code: CodeType) -> int:
    """Return the number of the line of the first ``yield`` in an asynchronous generator; an ``await`` is not one."""
    instructions = [step for step in dis.get_instructions(code) if step.opname not in _NO_INSTRUCTIONS]
    for op, after in pairwise(instructions):
        is_yield = after.opname == "RESUME" and (after.arg or 0) & 3 == 1
        if op.opname == "YIELD_VALUE" and is_yield and op.positions and op.positions.lineno:
            return op.positions.lineno
    return code.co_firstlineno
