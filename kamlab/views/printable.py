r"""Messages as text: short, printable and on one line for display, or as a literal that can be edited.

Messages come from the network and from users' classes. :mod:`kamlab.core.safe_repr` asks for their repr, which may
lie, raise or never end; here the answer is made printable: control characters, marks that change the writing
direction, zero-width marks and unpaired surrogates are written as escapes. The result is text of a known length that
browsers, terminals and UTF-8 can take; :mod:`.render` escapes it for HTML.

The words are those of :func:`kamlab.core.describe.words_of`: the same in every process, since addresses are left out
and sets are sorted.

To edit a message, :func:`literal_of` writes it so that :func:`read_literal` reads it back. Typed text is read
by :func:`ast.literal_eval`, which knows numbers, text, bytes and containers of these, and calls nothing. Length and
depth are bounded, because its parser is not made for hostile input.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Sequence
from typing import Any

from ..core.describe import words_of
from ..core.errors import KamlabError
from ..core.repr_worker import cautiously

WIDTH = 60
#: The most characters of a value that is read or written to be edited, and the most brackets within one another.
LONGEST = 20_000
DEEPEST = 15
#: How many values such a value may be made of, and how many bits a number may have.
PARTS = 2000
BITS = 10_000

_HINT = "write a Python value such as 'text', b'bytes', 42 or ['a', 1]"


def quoted(value: Any, width: int = WIDTH) -> str:
    r"""Return the repr of a message on one line of at most ``width`` printable characters.

    >>> quoted("Mon Jan 1\n")
    "'Mon Jan 1\\n'"
    >>> quoted(b"x" * 1_000_000, 12)
    "b'xxxxxxx..."
    """
    return label(words_of(value, width + 1), width)


def quoted_all(values: Sequence[Any], width: int = WIDTH) -> list[str]:
    """Quote several messages as :func:`quoted` does; faster for objects of users' classes.

    >>> quoted_all(["a", 1])
    ["'a'", '1']
    """
    return cautiously(lambda value: quoted(value, width), values)


def label(text: str, width: int = WIDTH) -> str:
    """Return ``text`` on one line of at most ``width`` characters, with unprintable characters escaped.

    >>> label("two" + chr(10) + "lines")
    'two\\\\nlines'
    """
    short = text[: width + 1]
    if not short.isprintable():
        short = printable(short)
    return short if len(short) <= width else short[: width - 3] + "..."


def printable(text: str) -> str:
    r"""Return ``text`` with unprintable characters written as escapes.

    >>> printable("a\u202eb\ud800\t")
    'a\\u202eb\\ud800\\t'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def lines_of_text(text: str) -> str:
    r"""Return a text with its lines kept, each line end shown as an escape too, and the rest escaped.

    >>> print(lines_of_text("one\ntwo\x00"))
    one\n
    two\x00
    """
    return "\n".join(printable(line) for line in text.replace("\n", "\\n\n").split("\n"))


# -- values as text to be edited ----------------------------------------------------------------------


class BadValue(KamlabError, ValueError):
    """The text is not a value that can be read without running code."""


def read_literal(text: str) -> Any:
    """Return the value of a Python literal. No code runs.

    Raises:
        BadValue: the text is not a literal, or too long; the message says what to write.

    >>> read_literal("['a', 1]")
    ['a', 1]
    >>> read_literal("hello")
    Traceback (most recent call last):
    kamlab.views.printable.BadValue: hello is not a value; write it as text: 'hello'
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
            warnings.simplefilter("ignore")  # about invalid escapes, for example
            value = ast.literal_eval(stripped)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, OverflowError) as error:
        if stripped.isidentifier() and len(stripped) <= 40:
            raise BadValue(f"{stripped} is not a value; write it as text: {stripped!r}") from None
        reason = " and is nested too deeply" if isinstance(error, (MemoryError, RecursionError)) else ""
        raise BadValue(f"{quoted(stripped, 80)} cannot be read{reason}; {_HINT}") from None
    return value


def literal_of(value: Any) -> str | None:
    """Return a text that :func:`read_literal` reads as an equal value; ``None`` if there is none.

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
    """Return whether a value consists of literals only, few and small enough."""
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
        return all(_is_literal(part, depth - 1, room) for pair in list(value.items()) for part in pair)
    if kind is list or kind is tuple or kind is set:
        return len(value) <= PARTS and all(_is_literal(item, depth - 1, room) for item in list(value))
    return False
