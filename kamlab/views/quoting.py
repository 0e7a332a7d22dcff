"""How a message is written down: short, on one line, whatever the message is.

Messages come from the network and from users' classes. So a repr may raise, return something that
is no text, be megabytes long, or hold control characters and marks that turn the writing
direction. What comes out of here is printable text of a known length; escaping it for HTML is the
business of whoever writes HTML.

``reprlib`` does the shortening of containers, because it looks only at the items it will show; a
list of a million items costs no more than one of ten.
"""

from __future__ import annotations

import reprlib
from itertools import islice
from typing import Any

WIDTH = 60


class _Quoter(reprlib.Repr):
    """``reprlib`` with limits of our own, that cuts at the end and never reprs huge bytes whole."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.maxstring = self.maxother = 4 * width
        self.maxlevel = 3
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = self.maxdict = 6

    def repr_str(self, value: str, _level: int) -> str:
        return repr(value[: self.width + 1])

    def repr_bytes(self, value: bytes | bytearray, _level: int) -> str:
        return repr(value[: self.width + 1])

    repr_bytearray = repr_bytes

    def repr_instance(self, value: Any, _level: int) -> str:
        if isinstance(value, (str, bytes, bytearray)):
            value = value[: self.width + 1]
        return _plain_repr(value)


def _plain_repr(value: Any) -> str:
    try:
        return str(repr(value))
    except Exception as error:
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def quoted(value: Any, width: int = WIDTH) -> str:
    r"""Return the repr of a message on one line of at most ``width`` printable characters.

    >>> quoted("Mon Jan 1\n")
    "'Mon Jan 1\\n'"
    >>> quoted(b"x" * 1_000_000, 12)
    "b'xxxxxxx..."
    """
    try:
        text = _Quoter(width).repr(value)
    except Exception:  # a class that only pretends to be a list, say
        text = _plain_repr(value)
    return label(text, width)


def label(text: str, width: int = WIDTH) -> str:
    """Return ``text`` on one line of at most ``width`` characters, what cannot be printed escaped.

    >>> label("two" + chr(10) + "lines")
    'two\\\\nlines'
    """
    pieces = [each if each.isprintable() else ascii(each)[1:-1] for each in islice(text, width + 1)]
    short = "".join(pieces)
    return short if len(short) <= width else short[: width - 3] + "..."
