"""Clocks: what time it is in a lab, and how the lab waits for a later time.

A clock has two methods only, so that a lesson or a test can easily replace it.

*Real* time passes by itself. *Virtual* time stands still while components run and jumps to the next
timer when none can, so nothing waits and every run is the same; if a component polls it, it moves in small steps
(see :mod:`.polling`). *Held* time is real time that is read
between two rounds only, so that a run can be recorded: the time that components see is then one number
per round, and a replay sets the same number.
"""

from __future__ import annotations

import sys
from typing import Protocol

from . import lab_datetime
from .context import in_slice
from .errors import UnknownDoor, listed
from .idle import Idle
from .lab_time import install, note_read, real_monotonic, real_time


class Clock(Protocol):
    """The interface of a clock."""

    def now(self) -> float:
        """Return the lab's time in seconds; only differences mean anything."""

    def wait(self, idle: Idle, until: float | None) -> None:
        """Return at ``until`` (``None``: no such time) or once ``idle`` is woken, if sooner."""


def _install() -> None:
    install()
    lab_datetime.install()


class RealClock:
    """Real time: the machine's monotonic clock, in seconds since this object was made.

    >>> clock = RealClock()
    >>> 0 <= clock.now() <= clock.now()
    True
    """

    def __init__(self) -> None:
        self._origin = real_monotonic()

    def now(self) -> float:
        """Return the seconds since the clock was made."""
        return real_monotonic() - self._origin

    def wait(self, idle: Idle, until: float | None) -> None:
        """Block, without using the processor."""
        idle.wait(None if until is None else max(0.0, until - self.now()))


#: What ``time.time()`` returns at the beginning of virtual time: noon of 1 July 2004, UTC.
EPOCH = 1088683200.0


class VirtualClock:
    """Virtual time: it stands still until it is moved.

    Args:
        start: the time at the beginning, in seconds.
        epoch: what ``time.time()`` returns at 0 seconds, in the code of components.

    >>> clock = VirtualClock()
    >>> clock.jump(2.5)
    >>> clock.now()
    2.5
    """

    def __init__(self, start: float = 0.0, epoch: float = EPOCH) -> None:
        _install()
        self.start: float = float(start)
        self.epoch = epoch
        #: The time, in seconds; for the engine, whose reads do not count as polling.
        self.time: float = self.start

    def now(self) -> float:
        """Return the time, in seconds."""
        if in_slice.world is not None:
            note_read(self, sys._getframe(1))
        return self.time

    def jump(self, when: float) -> None:
        """Set the time to ``when``; it never goes back."""
        self.time = max(self.time, when)

    def wait(self, idle: Idle, until: float | None) -> None:
        """Jump to ``until`` at once; without one, wait for something from outside."""
        if until is None:
            idle.wait(None)
        else:
            self.jump(until)

    def restart(self) -> None:
        """Start again; called when a lab is reset."""
        self.time = self.start

    def __repr__(self) -> str:
        return f"<virtual clock: {self.time:g} s>"


class HeldClock:
    """Real time that is read only by :meth:`look`, or when it is set.

    ``held`` can be switched off, for a run that is not recorded.

    >>> clock = HeldClock()
    >>> clock.now() == clock.now()
    True
    """

    def __init__(self) -> None:
        _install()
        self.restart()

    def restart(self) -> None:
        """Start again at 0."""
        self._origin = real_monotonic()
        #: What ``time.time()`` returned at 0 seconds.
        self.epoch: float = round(real_time(), 6)
        self.held = True
        self._now = 0.0

    def now(self) -> float:
        """Return the time when the clock was last read, in seconds."""
        return self._now if self.held else self._real()

    def look(self) -> float:
        """Read the real time, to the microsecond, and return it."""
        self._now = max(self._now, round(self._real(), 6))
        return self._now

    def jump(self, when: float) -> None:
        """Set the time to ``when``; real time goes on from there."""
        self._now = max(self._now, when)
        self._origin = real_monotonic() - self._now

    def _real(self) -> float:
        return real_monotonic() - self._origin

    def wait(self, idle: Idle, until: float | None) -> None:
        """Block until ``until``, in real time."""
        idle.wait(None if until is None else max(0.0, until - self._real()))


CLOCKS: dict[str, type] = {"real": RealClock, "virtual": VirtualClock}


def make_clock(clock: Clock | str | None) -> Clock:
    """Return the clock of a name, or the clock given; ``None`` is the real one.

    Raises:
        UnknownDoor: there is no clock of that name.
    """
    if clock is None:
        return RealClock()
    if isinstance(clock, str):
        if clock not in CLOCKS:
            raise UnknownDoor(f"clock={clock!r}: a lab's clock is one of {listed(CLOCKS)}, or an object of your own")
        made: Clock = CLOCKS[clock]()
        return made
    return clock
