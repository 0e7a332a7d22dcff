"""What components do outside of what is seen: they open files, or ask for input.

What a file holds is in no cell, so two states may look the same and not be. So the functions that open files and ask
for input are replaced while a slice runs. The builder may open files: it is meant to do the same each time.

Rejected: an audit hook of Python's, which sees more, but stays for as long as the process runs, and is called for each
object that fingerprints look into.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

#: What a call of ``input()`` means.
ASKS = "asks for input"
#: What is replaced: where it is, its name, and what calling it means.
_REACHING: tuple[tuple[Any, str, str], ...] = (
    (builtins, "open", "opens a file"),
    (io, "open", "opens a file"),
    (builtins, "input", ASKS),
)


@contextlib.contextmanager
def refusing(refuse: Callable[[str], NoReturn]) -> Iterator[None]:
    """Have what this thread does outside refused in a ``with``; other threads go on as before.

    Args:
        refuse: called with what is done, such as ``"opens a file"``; it raises.
    """

    ident = threading.get_ident()

    def refused(function: Callable[..., Any], what: str) -> Callable[..., Any]:
        return lambda *args, **how: refuse(what) if threading.get_ident() == ident else function(*args, **how)

    before = [getattr(module, name) for module, name, _ in _REACHING]
    for (module, name, what), function in zip(_REACHING, before, strict=True):
        setattr(module, name, refused(function, what))
    try:
        yield
    finally:
        for (module, name, _), function in zip(_REACHING, before, strict=True):
            setattr(module, name, function)
