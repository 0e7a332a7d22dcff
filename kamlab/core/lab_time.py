"""The ``time`` module as a component reads it: the lab's time instead of the machine's.

A component that calls ``time.asctime()`` or ``time.sleep(0.1)`` means the time of its lab. Under a clock
that is moved or held (one with an ``epoch``) that is not the machine's, so the functions of the ``time``
module are replaced, once, when the first such lab is made; :func:`restore` undoes it. Importing kamlab
changes nothing.

Which code reads which time
---------------------------
*Component code* reads the lab's clock: what runs in a slice, and in the thread of a ThreadedComponent.
Everything else in the process (a notebook's kernel, labs with real time, other threads, observers, this
engine) gets the real functions. So does the standard library where component code calls it: a timeout
of ``queue.get`` or a socket is waited for in real time, ``asyncio.run`` in a component's thread has an
event loop that sleeps in real time, and ``logging`` writes the real date. The module of the calling code
decides, so only a ``time.monotonic()`` in the user's own lines (and in installed libraries) is the lab's.

``sleep`` in a slice moves a virtual clock, and no other component runs meanwhile, as in any call that
blocks. Under a held clock it takes real time. In a component's thread it is a point of contact, like
``pause``, ended by the timer alone. A thread that is busy elsewhere reads the time of its last point of
contact; any point of contact, ``time.sleep(0)`` too, updates it.

Code that polls a virtual clock, and yields meanwhile, moves it (see :mod:`.polling`); so every read by component code
is noted. A loop that polls the time without a ``yield``, or in a thread without a point of contact, never ends: time
stands still while it runs.

Local time is UTC, so that a run is the same on every machine: ``localtime``, ``ctime`` and ``mktime``
included, whether or not they are given a time.

``datetime.now()`` and similar methods read the lab's time as well, see :mod:`.lab_datetime`.

These stay real: ``clock_gettime``, ``process_time`` and ``thread_time``, which measure the machine;
``time.timezone`` and ``tzname``; and a name imported with ``from time import sleep`` before the first such
lab was made. A cell that runs after ``lab = Lab(clock="virtual")`` imports the replaced one.
"""

from __future__ import annotations

import datetime
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from .context import in_slice
from .task import task_of

if TYPE_CHECKING:
    from .scheduler import Scheduler

#: The real functions, which the engine uses.
real_monotonic: Callable[[], float] = time.monotonic
real_sleep: Callable[[float], None] = time.sleep
real_time: Callable[[], float] = time.time
_asctime, _gmtime, _localtime, _mktime, _strftime = (
    time.asctime,
    time.gmtime,
    time.localtime,
    time.mktime,
    time.strftime,
)
#: The processor time of this thread; if the platform does not measure it (Python in a browser), of the process.
thread_time: Callable[[], float] = getattr(time, "thread_time", time.process_time)

#: Modules whose code is not component code, although components call it when they print or are displayed.
_TOOLS = frozenset(
    ("IPython", "comm", "debugpy", "ipykernel", "ipywidgets", "jupyter_client", "pydevd", "tornado", "traitlets", "zmq")
)
#: Packages of kamlab that run, watch or show components and contain no component code.
_ENGINE = frozenset(f"kamlab.{room}" for room in ("analysis", "core", "lab", "net", "notebook", "replay", "views"))
#: The longest time, in seconds, that the real ``sleep`` accepts.
_TOO_LONG = 2**63 / 1e9

_replaced: dict[str, Any] = {}
_lock = threading.Lock()
_own_time: dict[str, bool] = {}


class _Asked:
    """A call from component code: the component, and the time of its lab."""

    __slots__ = ("clock", "component", "frame", "scheduler")

    def __init__(self, scheduler: Scheduler, component: Any, frame: FrameType) -> None:
        self.scheduler: Scheduler = scheduler
        self.component: Any = component
        self.clock: Any = scheduler.clock
        self.frame: FrameType = frame

    @property
    def now(self) -> float:
        """The time in the lab; calling this notes that the component has read it."""
        if self.component is not None:
            return float(self.component._time_in_thread(self.frame))
        self.note_read()
        return self.scheduler.time()

    def note_read(self) -> None:
        """Note that the component whose slice this is has read the clock."""
        running = self.scheduler.running
        if running is not None:
            self.scheduler.note_read(running, self.frame)

    @property
    def since_epoch(self) -> float:
        """What ``time.time()`` returns."""
        return float(self.clock.epoch + self.now)

    @property
    def in_utc(self) -> time.struct_time:
        """The date."""
        return _gmtime(self.since_epoch)


def _asked(frame: FrameType) -> _Asked | None:
    """Return the call if this frame is component code here, else ``None``; the caller has checked ``in_slice``."""
    component = in_slice.component
    scheduler: Any = in_slice.world.scheduler if component is None else task_of(component).scheduler
    if component is None and scheduler.running is None:
        return None
    clock = scheduler.clock
    if getattr(clock, "epoch", None) is None or not getattr(clock, "held", True):
        return None
    module = frame.f_globals.get("__name__", "")
    own = _own_time.get(module)
    if own is None:
        own = _own_time[module] = _has_own_time(module)
    return None if own else _Asked(scheduler, component, frame)


def asked_by(frame: FrameType) -> _Asked | None:
    """Return the call if this frame is component code, else ``None``."""
    return None if in_slice.world is None else _asked(frame)


def note_read(clock: Any, frame: FrameType) -> None:
    """Note that this frame reads a lab's clock, if it is component code of that lab in a slice."""
    asked = _asked(frame)
    if asked is not None and asked.component is None and asked.clock is clock:
        asked.note_read()


def _has_own_time(module: str) -> bool:
    first, _, rest = module.partition(".")
    if first == "kamlab":
        return f"kamlab.{rest.partition('.')[0]}" in _ENGINE
    return first in sys.stdlib_module_names or first in _TOOLS


class Replacement:
    """A function of the ``time`` module that distinguishes component code from other callers.

    It is not a plain function, since that would become a method as a class attribute, and the real one
    does not: ``class Formatter: converter = time.gmtime``.
    """

    def __init__(self, real: Callable[..., Any], in_lab: Callable[..., Any]) -> None:
        self.__name__ = self.__qualname__ = real.__name__
        self.__module__ = "time"
        self.__doc__ = real.__doc__
        self.__wrapped__ = real
        self._real = real
        self._in_lab = in_lab

    def __call__(self, *args: Any, **argd: Any) -> Any:
        """Do the same as the real function, but by the lab's clock if component code calls."""
        if in_slice.world is not None and not argd:
            asked = _asked(sys._getframe(1))
            if asked is not None:
                return self._in_lab(asked, self._real, *args)
        return self._real(*args, **argd)

    def __reduce__(self) -> str:
        return self.__name__

    def __repr__(self) -> str:
        return f"<function time.{self.__name__}, which reads a lab's clock in component code>"


# -- the functions in a lab --------------------------------------------------------------------------


def _nanoseconds(seconds: float) -> int:
    whole = int(seconds // 1)
    return whole * 10**9 + round((seconds - whole) * 1e9)


def _say_time(asked: _Asked, real: Any, *wrong: Any) -> Any:
    return real(*wrong) if wrong else asked.since_epoch


def _say_time_ns(asked: _Asked, real: Any, *wrong: Any) -> Any:
    return real(*wrong) if wrong else _nanoseconds(asked.clock.epoch) + _nanoseconds(asked.now)


def _say_now(asked: _Asked, real: Any, *wrong: Any) -> Any:
    return real(*wrong) if wrong else float(asked.now)


def _say_now_ns(asked: _Asked, real: Any, *wrong: Any) -> Any:
    return real(*wrong) if wrong else _nanoseconds(asked.now)


def _say_date(asked: _Asked, _real: Any, *given: Any) -> Any:
    """Implement both ``gmtime`` and ``localtime``."""
    return _gmtime(*given) if given and given != (None,) else asked.in_utc


def _say_asctime(asked: _Asked, _real: Any, *given: Any) -> Any:
    return _asctime(*given) if given else _asctime(asked.in_utc)


def _say_ctime(asked: _Asked, real: Any, *given: Any) -> Any:
    return real(*given) if len(given) > 1 else _asctime(_say_date(asked, real, *given))


def _say_strftime(asked: _Asked, _real: Any, *given: Any) -> Any:
    return _strftime(*given) if len(given) != 1 else _strftime(given[0], asked.in_utc)


def _say_mktime(_asked: _Asked, real: Any, *given: Any) -> Any:
    real(*given)  # raises the error for bad arguments
    year, month, day, hour, minute, second = tuple(given[0])[:6]
    months = year * 12 + month - 1
    days = datetime.date(months // 12, months % 12 + 1, 1).toordinal() + day - 1 - _EPOCH_DAY
    return float(((days * 24 + hour) * 60 + minute) * 60 + second)


_EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()


def _sleep(asked: _Asked, real: Any, *given: Any) -> None:
    seconds: Any = given[0] if len(given) == 1 else None
    if not (isinstance(seconds, float) or hasattr(seconds, "__index__")) or not 0 <= seconds < _TOO_LONG:
        real(*given)  # raises the error for a bad argument
        return
    if asked.component is not None:
        asked.component._sleep_in_thread(float(seconds))
        return
    scheduler, clock = asked.scheduler, asked.clock
    jump = getattr(clock, "jump", None)
    if jump is None or (hasattr(clock, "held") and not getattr(scheduler.journal, "replaying", False)):
        real(seconds)
    if jump is not None:
        jump(scheduler.time() + seconds)
        scheduler.now = scheduler.time()


IN_LAB: dict[str, Callable[..., Any]] = {
    "time": _say_time,
    "time_ns": _say_time_ns,
    "monotonic": _say_now,
    "monotonic_ns": _say_now_ns,
    "perf_counter": _say_now,
    "perf_counter_ns": _say_now_ns,
    "asctime": _say_asctime,
    "ctime": _say_ctime,
    "gmtime": _say_date,
    "localtime": _say_date,
    "strftime": _say_strftime,
    "mktime": _say_mktime,
    "sleep": _sleep,
}


def install() -> None:
    """Make component code read its lab's clock from here on. A second call does nothing."""
    with _lock:
        for name, in_lab in IN_LAB.items():
            if name not in _replaced:
                _replaced[name] = Replacement(getattr(time, name), in_lab)
                setattr(time, name, _replaced[name])


def restore() -> None:
    """Put the real functions back, unless other code has replaced these meanwhile.

    A lab with a virtual clock that is made later installs them again.
    """
    with _lock:
        for name, ours in _replaced.items():
            if getattr(time, name) is ours:
                setattr(time, name, ours.__wrapped__)
        _replaced.clear()
