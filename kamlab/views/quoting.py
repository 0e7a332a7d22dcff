r"""How a message is written down: short, on one line, whatever the message is.

Messages come from the network and from users' classes. What they say of themselves is asked by
:mod:`kamlab.core.cautious`, which minds neither lies nor silence; here it is made printable: control
characters, marks that turn the writing direction, marks of no width and halves of characters are
written as escapes. What comes out is text of a known length, with nothing in it that a browser, a
terminal or UTF-8 could stumble over; escaping it for HTML is the business of whoever writes HTML.

The words are those of :func:`kamlab.core.events.words_of`: the same in every process, since addresses
are left out and sets are sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.asking import cautiously
from ..core.events import words_of

WIDTH = 60


def quoted(value: Any, width: int = WIDTH) -> str:
    r"""Return the repr of a message on one line of at most ``width`` printable characters.

    >>> quoted("Mon Jan 1\n")
    "'Mon Jan 1\\n'"
    >>> quoted(b"x" * 1_000_000, 12)
    "b'xxxxxxx..."
    """
    return label(words_of(value, width + 1), width)


def quoted_all(values: Sequence[Any], width: int = WIDTH) -> list[str]:
    """Return each of these messages as :func:`quoted` does; quicker where they are objects of users' classes.

    >>> quoted_all(["a", 1])
    ["'a'", '1']
    """
    return cautiously(lambda value: quoted(value, width), values)


def label(text: str, width: int = WIDTH) -> str:
    """Return ``text`` on one line of at most ``width`` characters, what cannot be printed escaped.

    >>> label("two" + chr(10) + "lines")
    'two\\\\nlines'
    """
    short = escaped(text[: width + 1])
    return short if len(short) <= width else short[: width - 3] + "..."


def escaped(text: str) -> str:
    r"""Return ``text`` with everything that cannot be printed written as an escape.

    >>> escaped("a\u202eb\ud800\t")
    'a\\u202eb\\ud800\\t'
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def lines_of_text(text: str) -> str:
    r"""Return a text of several lines as such, each line end written as an escape and then done; the rest escaped.

    >>> print(lines_of_text("one\ntwo\x00"))
    one\n
    two\x00
    """
    return "\n".join(escaped(line) for line in text.replace("\n", "\\n\n").split("\n"))
