"""The module string of Python 2: its functions are methods of str now.

>>> join(["a", "b"]), split("a b"), atoi("12"), letters[:3]
('a b', ['a', 'b'], 12, 'abc')
"""

from __future__ import annotations

import string as _string
from collections.abc import Iterable
from string import *  # noqa: F403
from typing import Any

from kamlab.core.text_bytes import join_texts

letters = _string.ascii_letters
lowercase = _string.ascii_lowercase
uppercase = _string.ascii_uppercase

atof, atoi, atol = float, int, int
maketrans = str.maketrans


def join(words: Iterable[Any], sep: Any = " ") -> Any:
    """Join words; bytes among them, such as a socket delivers, make the whole bytes that understand text."""
    return join_texts(sep, words) if isinstance(sep, str) else sep.join(words)


joinfields = join


def _method(name: str) -> Any:
    """Return a function that calls a method of its first argument, which may be text or bytes."""

    def call(text: Any, *args: Any) -> Any:
        return getattr(text, name)(*args)

    call.__name__, call.__doc__ = name, f"Return ``text.{name}(...)``."
    return call


capitalize, center, count, expandtabs = map(_method, ("capitalize", "center", "count", "expandtabs"))
find, index, rfind, rindex = map(_method, ("find", "index", "rfind", "rindex"))
ljust, rjust, zfill = map(_method, ("ljust", "rjust", "zfill"))
lower, upper, swapcase = map(_method, ("lower", "upper", "swapcase"))
lstrip, rstrip, strip = map(_method, ("lstrip", "rstrip", "strip"))
replace, translate = map(_method, ("replace", "translate"))
split = splitfields = _method("split")
rsplit = _method("rsplit")
