"""A run that never waits lets the page go on now and then.

Without it nothing would come through while a lab runs at full speed: no click, no picture, no other thread. It takes
about a quarter of the run's time; with less the page follows a click in seconds rather than at once.
"""

from __future__ import annotations

from typing import Any

from ..core import drive
from ..core.lab_time import real_monotonic
from .stacks import can_suspend, new_future, suspend

#: How many seconds a run works before it lets the page go on, and for how long.
WORK, REST = 0.012, 0.004

_rested = 0.0


def breathe(runtime: Any) -> None:
    """Let the page go on if it is time; the lab's lock is free meanwhile."""
    global _rested
    if real_monotonic() - _rested < WORK or not can_suspend():
        return
    runtime.watch.waits += 1
    runtime.lock.release()
    try:
        suspend(new_future(), REST)
    finally:
        _rested = real_monotonic()
        runtime.lock.acquire()
        runtime.watch.waits += 1


def install() -> None:
    """Let all runs breathe."""
    drive.breathe = breathe
