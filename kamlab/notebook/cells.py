"""Which threads are executing a cell just now.

Prints belong under the cell whose code drives the lab, and under no other. A click on a button is
carried out on the same thread as cells, but belongs to none, so it steps :func:`aside`.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

_executing: set[int] = set()
_shown_here: set[int] = set()
_at_end: list[Callable[[], Any]] = []


def begin(_info: Any = None) -> None:
    """Note that this thread begins to execute a cell."""
    _executing.add(threading.get_ident())
    _shown_here.clear()


def end(_result: Any = None) -> None:
    """Note that this thread is done with its cell."""
    for call in list(_at_end):
        call()
    _executing.discard(threading.get_ident())


def executes(ident: int | None) -> bool:
    """Return whether the thread of this number executes a cell."""
    return ident in _executing


def here() -> bool:
    """Return whether the calling thread executes a cell."""
    return threading.get_ident() in _executing


def first_time(thing: object) -> bool:
    """Return whether this cell has not asked about ``thing`` before."""
    if id(thing) in _shown_here:
        return False
    _shown_here.add(id(thing))
    return True


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Do something on this thread that does not belong to the cell it may be executing."""
    ident = threading.get_ident()
    was_executing = ident in _executing
    _executing.discard(ident)
    try:
        yield
    finally:
        if was_executing:
            _executing.add(ident)


def at_end(call: Callable[[], Any]) -> Callable[[], None]:
    """Have something called whenever a cell ends; returns what undoes that."""
    _at_end.append(call)
    return lambda: _at_end.remove(call)
