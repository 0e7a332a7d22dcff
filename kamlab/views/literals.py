"""Values as text to be edited: written so that they can be read back, and read without running anything.

What somebody types into a field is read by :func:`ast.literal_eval`, which knows numbers, text, bytes
and containers of these, and calls nothing. It is bounded here in length and depth, because the parser
behind it is not made for what people who mean harm can type.
"""

from __future__ import annotations

import ast
import math
import warnings
from typing import Any

from ..core.errors import KamlabError
from ..core.events import words_of
from .quoting import quoted

#: The most characters of a value that is read or written, and the most brackets within one another.
LONGEST = 20_000
DEEPEST = 15
#: How many values a value may be made of, and how many bits a number may have.
PARTS = 2000
BITS = 10_000

_HINT = "write a Python value such as 'text', b'bytes', 42 or ['a', 1]"


class BadValue(KamlabError, ValueError):
    """What was typed is no value that can be read without running code."""


def read_literal(text: str) -> Any:
    """Return the value that a text of Python stands for. Nothing is run.

    Raises:
        BadValue: it stands for none, or is too long; the message says what to write.

    >>> read_literal("['a', 1]")
    ['a', 1]
    >>> read_literal("hello")
    Traceback (most recent call last):
    kamlab.views.literals.BadValue: hello is no value; write it as text: 'hello'
    """
    stripped = text.strip()
    if not stripped:
        raise BadValue(f"there is nothing to read; {_HINT}")
    if len(stripped) > LONGEST:
        raise BadValue(
            f"the text has {len(stripped)} characters, and at most {LONGEST} are read; {_HINT}, "
            "or put the message in from a cell: lab.edit(component, message)"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that are none, say
            value = ast.literal_eval(stripped)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, OverflowError) as error:
        if stripped.isidentifier() and len(stripped) <= 40:
            raise BadValue(f"{stripped} is no value; write it as text: {stripped!r}") from None
        reason = " and is nested too deeply" if isinstance(error, (MemoryError, RecursionError)) else ""
        raise BadValue(f"{quoted(stripped, 80)} cannot be read{reason}; {_HINT}") from None
    return value


def literal_of(value: Any) -> str | None:
    """Return a text that :func:`read_literal` reads as this very value; ``None`` if there is none.

    >>> literal_of({"a": (1, b"x")})
    "{'a': (1, b'x')}"
    >>> literal_of(object()) is None
    True
    """
    if not _is_literal(value, DEEPEST, [PARTS]):
        return None
    text = words_of(value)
    return text if len(text) <= LONGEST else None


def _is_literal(value: Any, depth: int, room: list[int]) -> bool:
    """Return whether a value is made of nothing but what can be written down, and little enough of it."""
    kind = type(value)
    room[0] -= 1
    if room[0] < 0 or depth < 0:
        return False
    if value is None or kind is bool:
        return True
    if kind is str or kind is bytes:
        return len(value) <= LONGEST
    if kind is int:
        return bool(value.bit_length() <= BITS)
    if kind is float:
        return math.isfinite(value)
    if kind is dict:
        return all(_is_literal(each, depth - 1, room) for pair in list(value.items()) for each in pair)
    if kind is list or kind is tuple or kind is set:
        return len(value) <= PARTS and all(_is_literal(each, depth - 1, room) for each in list(value))
    return False
