"""``datetime.now`` and similar methods return the lab's time in component code, as ``time.time()`` does.

The classes stay the same: only the methods that read the machine's clock are replaced, in the dictionaries of the
classes themselves. So a name that was imported earlier with ``from datetime import datetime`` reads the lab's time as
well, and every date is an instance of the class that other code checks for.

Rejected: a subclass in place of ``datetime.datetime``, as in some testing libraries. Code that imported the name
earlier would keep the old class, and dates made elsewhere would not be instances of the new one.

Where Python does not give access to the dictionary of a class, nothing is replaced, and these methods stay real.
"""

from __future__ import annotations

import datetime
import gc
import sys
import threading
from collections.abc import Callable
from typing import Any

from .lab_time import asked_by

_exchanged: set[tuple[type, str]] = set()
_lock = threading.Lock()


def _in_utc(cls: Any, seconds: float) -> Any:
    return cls.fromtimestamp(seconds, datetime.UTC).replace(tzinfo=None)


def _say_now(cls: Any, tz: Any = None) -> Any:
    """Return the current date and time; in component code by the lab's clock, whose local time is UTC."""
    asked = asked_by(sys._getframe(1))
    if asked is None:
        return _real(datetime.datetime, "now", cls)(tz)
    return _in_utc(cls, asked.since_epoch) if tz is None else cls.fromtimestamp(asked.since_epoch, tz)


def _say_utcnow(cls: Any) -> Any:
    """Return the current date and time in UTC; in component code by the lab's clock."""
    asked = asked_by(sys._getframe(1))
    return _real(datetime.datetime, "utcnow", cls)() if asked is None else _in_utc(cls, asked.since_epoch)


def _say_today(cls: Any) -> Any:
    """Return today; in component code by the lab's clock, whose local time is UTC."""
    asked = asked_by(sys._getframe(1))
    if asked is None:
        return _real(datetime.date, "today", cls)()
    if issubclass(cls, datetime.datetime):
        return _in_utc(cls, asked.since_epoch)
    day = datetime.datetime.fromtimestamp(asked.since_epoch, datetime.UTC)
    return cls(day.year, day.month, day.day)


_IN_LAB: dict[tuple[type, str], Callable[..., Any]] = {
    (datetime.datetime, "now"): _say_now,
    (datetime.datetime, "utcnow"): _say_utcnow,
    (datetime.date, "today"): _say_today,
}


def _real(cls: type, name: str, asked: Any) -> Any:
    """Return the real method, bound to the class on which it was looked up."""
    return _REAL[cls, name].__get__(None, asked)


#: The methods as Python has them.
_REAL = {(cls, name): vars(cls)[name] for cls, name in _IN_LAB}


def install() -> None:
    """Make component code read its lab's clock from here on. A second call does nothing."""
    with _lock:
        for (cls, name), in_lab in _IN_LAB.items():
            if (cls, name) in _exchanged or not _tell(cls):
                continue
            own = _dictionary_of(cls)
            if own is not None and own[name] is _REAL[cls, name]:  # else other code has replaced it
                in_lab.__name__, in_lab.__qualname__ = name, f"{cls.__name__}.{name}"
                own[name] = classmethod(in_lab)
                _exchanged.add((cls, name))
                _tell(cls)


def restore() -> None:
    """Put the real methods back."""
    with _lock:
        for cls, name in _exchanged:
            own = _dictionary_of(cls)
            if own is not None:
                own[name] = _REAL[cls, name]
                _tell(cls)
        _exchanged.clear()


def _dictionary_of(cls: type) -> dict[str, Any] | None:
    """Return the dictionary behind the read-only view of a class."""
    found = [referent for referent in gc.get_referents(vars(cls)) if type(referent) is dict]
    return found[0] if len(found) == 1 and found[0] == dict(vars(cls)) else None


def _tell(cls: type) -> bool:
    """Clear Python's cache of the methods of a class; return whether that can be done."""
    try:
        import ctypes

        ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
    except (ImportError, AttributeError, OSError):
        return False
    return True
