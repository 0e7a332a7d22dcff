"""Which threads are executing a cell, and what happens when a cell ends.

Prints belong under the cell whose code drives the lab, and under no other. A click on a button may run on the same
thread as a cell, but belongs to no cell, so click handlers run inside :func:`aside`.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

_executing: set[int] = set()
_shown_here: set[int] = set()
_at_end: list[Callable[[], Any]] = []


def kernel_shell() -> Any:
    """Return the IPython shell of this session; ``None`` outside a kernel. Never imports IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if getattr(shell, "kernel", None) is not None else None


def begin(_info: Any = None) -> None:
    """Record that the calling thread starts to execute a cell."""
    _executing.add(threading.get_ident())
    _shown_here.clear()


def end(_result: Any = None) -> None:
    """Record that the calling thread has executed its cell."""
    for call in list(_at_end):
        call()
    _executing.discard(threading.get_ident())


def executes(ident: int | None) -> bool:
    """Return whether the thread with this identifier is executing a cell."""
    return ident in _executing


def here() -> bool:
    """Return whether the calling thread is executing a cell."""
    return threading.get_ident() in _executing


def first_time(thing: object) -> bool:
    """Return whether this is the first call with ``thing`` in the current cell."""
    if id(thing) in _shown_here:
        return False
    _shown_here.add(id(thing))
    return True


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Run the block on this thread as if no cell were being executed."""
    ident = threading.get_ident()
    was_executing = ident in _executing
    _executing.discard(ident)
    try:
        yield
    finally:
        if was_executing:
            _executing.add(ident)


def at_end(call: Callable[[], Any]) -> Callable[[], None]:
    """Call a function at the end of every cell; return a function that cancels this."""
    _at_end.append(call)
    return lambda: _at_end.remove(call)
