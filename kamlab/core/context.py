"""Which lab is the current one.

Inside a slice it is the lab that runs the slice. Everywhere else it is the lab of the innermost
``with Lab():``, or the one that was made current last, or a fresh one. A ``with`` holds for the thread and the asyncio
task that entered it, and for tasks made inside it; a thread that is started inside it begins without one. The lab that
was made current last holds everywhere: the cells of a notebook may each run in a context of their own. The engine does
not know the class of the lab that it makes: :func:`set_maker` sets it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

_maker: Callable[[], Any] | None = None
_entered: ContextVar[tuple[Any, ...]] = ContextVar("kamlab_entered", default=())
_default: Any = None
_lock = threading.RLock()


class _InSlice(threading.local):
    world: Any = None
    component: Any = None


in_slice: _InSlice = _InSlice()


def put_off(call: Callable[[], Any]) -> bool:
    """Return whether the caller is a component's thread that is late; the call is then made later."""
    caller = in_slice.component
    return caller is not None and caller._puts_off(call)


def set_maker(maker: Callable[[], Any]) -> None:
    """Set the function that makes a lab if there is none yet."""
    global _maker
    _maker = maker


def current() -> Any:
    """Return the current lab; make one if there is none."""
    global _default
    if in_slice.world is not None:
        return in_slice.world
    entered = _entered.get()
    if entered:
        return entered[-1]
    with _lock:
        if _default is None:
            if _maker is None:
                raise RuntimeError("there is no lab, and no maker of labs is set; import kamlab")
            _default = _maker()
        return _default


def peek() -> Any:
    """Return the current lab, or ``None`` if none was made yet."""
    entered = _entered.get()
    return in_slice.world or (entered[-1] if entered else _default)


def is_entered(world: Any) -> bool:
    """Return whether the caller is inside a ``with`` on this lab."""
    return any(entered is world for entered in _entered.get())


def set_current(world: Any) -> None:
    """Make ``world`` the current lab outside of every ``with``."""
    global _default
    with _lock:
        _default = world


def enter(world: Any) -> None:
    """Enter a ``with`` on a lab."""
    _entered.set((*_entered.get(), world))


def leave(world: Any) -> None:
    """Leave the innermost ``with`` on a lab."""
    entered = _entered.get()
    for index in range(len(entered) - 1, -1, -1):
        if entered[index] is world:
            _entered.set(entered[:index] + entered[index + 1 :])
            return
