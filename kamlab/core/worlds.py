"""Which lab is meant when none is named.

Inside a slice it is the lab that runs the slice. Everywhere else it is the lab of the innermost
``with Lab():``, or the one that was made current last, or a fresh one. The engine does not know the
class of the world it makes: whoever builds on it says so with :func:`set_maker`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

_maker: Callable[[], Any] | None = None
_entered: list[Any] = []
_default: Any = None
_lock = threading.RLock()


class _InSlice(threading.local):
    world: Any = None
    component: Any = None


in_slice = _InSlice()


def set_maker(maker: Callable[[], Any]) -> None:
    """Say how a world is made where there is none yet."""
    global _maker
    _maker = maker


def current() -> Any:
    """Return the lab in force here; make one where there is none."""
    global _default
    if in_slice.world is not None:
        return in_slice.world
    with _lock:
        if _entered:
            return _entered[-1]
        if _default is None:
            if _maker is None:
                raise RuntimeError("there is no lab and nobody has said how to make one; import kamlab")
            _default = _maker()
        return _default


def peek() -> Any:
    """Return the lab in force here, or ``None`` where none was made yet."""
    return in_slice.world or (_entered[-1] if _entered else _default)


def is_entered(world: Any) -> bool:
    """Return whether a ``with`` on this world is open."""
    return any(each is world for each in _entered)


def set_current(world: Any) -> None:
    """Make ``world`` the lab in force wherever no ``with`` says otherwise."""
    global _default
    with _lock:
        _default = world


def enter(world: Any) -> None:
    """Open a ``with`` on a world."""
    with _lock:
        _entered.append(world)


def leave(world: Any) -> None:
    """Close the innermost ``with`` on a world."""
    with _lock:
        for index in range(len(_entered) - 1, -1, -1):
            if _entered[index] is world:
                del _entered[index]
                return
