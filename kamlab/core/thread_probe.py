"""Where a thread that does not reach a point of contact is, and whether it is worth waiting for.

A thread that computes, or that the machine has not given a processor, will arrive; one that is blocked in a lock, in
``input`` or on a socket may not. Linux distinguishes them: a blocked thread sleeps, has no context switches, and stays
at one instruction. One observation is not enough, since a thread that waits for the interpreter's lock sleeps, too; so
it has to look blocked at every observation for a while, and between two of them the interpreter's lock is free. If
the system does not report this, the lab waits for the full time.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from types import CodeType, FrameType

from .lab_time import real_monotonic

#: How often, in seconds, a thread that is waited for is checked for being blocked.
LOOK = 0.02
#: How long, in seconds, a thread must look blocked to be considered blocked.
BLOCKED = 0.2

_ENGINE = os.path.dirname(__file__)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a thread is: the line of the user's code, not of a library that it called.

    >>> print(Whereabouts("lessons/clock.py", 12, "main"))
    line 12 of main() in clock.py
    """

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"line {self.line} of {self.function}() in {os.path.basename(self.file)}"


def whereabouts(ident: int, bottom: CodeType) -> Whereabouts | None:
    """Return where the thread with this ident is; ``None`` if it is not in code called by the function ``bottom``."""
    frame = sys._current_frames().get(ident)
    innermost = None
    while frame is not None and frame.f_code is not bottom:
        if os.path.dirname(frame.f_code.co_filename) != _ENGINE:
            innermost = innermost or frame
            if not _of_python(frame):
                return _line_of(frame)
        frame = frame.f_back
    return None if frame is None or innermost is None else _line_of(innermost)


def _of_python(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] in sys.stdlib_module_names


def _line_of(frame: FrameType) -> Whereabouts:
    return Whereabouts(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


class Patience:
    """How long to wait for a thread; checked every :data:`LOOK` seconds.

    Time in which nothing could be checked, because the machine was busy with other things, counts little:
    the thread could not run then either.

    Args:
        thread: the thread that is waited for.
        limit: seconds.
        watchful: whether to give up early on a thread that is blocked.
    """

    def __init__(self, thread: threading.Thread, limit: float, watchful: bool) -> None:
        self._thread = thread
        self._limit = limit
        self._watchful = watchful
        self._spent = 0.0
        self._looked = real_monotonic()
        self._stood: object = None
        self._still = 0.0

    def hurry(self, limit: float) -> None:
        """Lower the limit to this many seconds from the beginning."""
        self._limit = min(self._limit, limit)

    def is_over(self) -> bool:
        """Return whether to stop waiting."""
        now = real_monotonic()
        passed, self._looked = min(now - self._looked, 2 * LOOK), now
        self._spent += passed
        if self._spent >= self._limit:
            return True
        if not self._watchful or self._spent < LOOK:
            return False
        stands = asleep_at(self._thread)
        self._still = self._still + passed if stands is not None and stands == self._stood else 0.0
        self._stood = stands
        return self._still >= BLOCKED


def asleep_at(thread: threading.Thread) -> object:
    """Return where a thread sleeps, to compare with the next check; ``None`` if it runs or that is not known."""
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return None
    try:
        with open(f"/proc/self/task/{_native_id(thread)}/status", encoding="ascii", errors="replace") as status:
            told = dict(line.rstrip("\n").split(":", 1) for line in status if ":" in line)
        if told["State"].split()[0] != "S":
            return None
        switches = told["voluntary_ctxt_switches"], told["nonvoluntary_ctxt_switches"]
    except (OSError, KeyError, IndexError):
        return None
    return id(frame), frame.f_lasti, switches


def _native_id(thread: threading.Thread | None) -> int:
    """Return the operating system's number of a thread; 0 if there is none, as in a browser."""
    return getattr(thread, "native_id", None) or 0


def times_waited(ident: int | None) -> int | None:
    """Return how often a thread has waited, for the interpreter or for anything else; ``None`` if that is not known."""
    thread = next((thread for thread in threading.enumerate() if thread.ident == ident), None)
    try:
        with open(f"/proc/self/task/{_native_id(thread)}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt"))
    except (OSError, ValueError, StopIteration):
        return None
