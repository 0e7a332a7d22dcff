"""The clock door: what time it is in a lab, and how the lab waits for a later time.

A clock is asked for two things only, so that a lesson or a test can put another in its place: a
virtual clock answers ``now`` from a variable, and instead of waiting sets that variable.
"""

from __future__ import annotations

import time
from typing import Protocol

from .idle import Idle


class Clock(Protocol):
    """The door."""

    def now(self) -> float:
        """Return the lab's time in seconds; only differences mean anything."""

    def wait(self, idle: Idle, until: float | None) -> None:
        """Return at ``until`` (``None``: no such time) or once ``idle`` is woken, if sooner."""


class RealClock:
    """The way that is real: the machine's monotonic clock, in seconds since this object was made.

    >>> clock = RealClock()
    >>> 0 <= clock.now() <= clock.now()
    True
    """

    def __init__(self) -> None:
        self._origin = time.monotonic()

    def now(self) -> float:
        """Return the seconds since the clock was made."""
        return time.monotonic() - self._origin

    def wait(self, idle: Idle, until: float | None) -> None:
        """Block, without using the processor."""
        idle.wait(None if until is None else max(0.0, until - self.now()))
