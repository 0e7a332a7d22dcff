"""Who drives: the one lock of a lab.

Whoever holds it may touch the world. The driver holds it while slices run and lets go of it while
it waits; everybody else gets it between two slices. A driver that is busy would take an unfair lock
back before a waiting thread has woken up, so it looks at the count of those who wait and leaves
them a moment.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scheduler import Scheduler

#: How long a busy driver leaves to those who wait for the lock, in seconds, and how often.
MOMENT = 0.0001
MOMENTS = 50


class WorldLock:
    """A re-entrant lock that a busy driver gives way to."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._count = threading.Lock()
        self.waiting = 0
        self.scheduler: Scheduler | None = None

    def acquire(self, timeout: float = -1) -> bool:
        """Take the lock, between two slices; return whether that worked in time (seconds)."""
        if self._lock.acquire(blocking=False):
            return True
        with self._count:
            self.waiting += 1
        try:
            if self.scheduler is not None:
                self.scheduler.attention = True
            return self._lock.acquire(timeout=timeout)
        finally:
            with self._count:
                self.waiting -= 1

    def mine(self) -> bool:
        """Return whether the calling thread holds it."""
        return self._lock._is_owned()  # type: ignore[attr-defined, no-any-return]

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def give_way(self) -> None:
        """Let those who wait have their turn; for the driver, between two slices."""
        if not self.waiting:
            return
        self._lock.release()
        try:
            for _ in range(MOMENTS):
                time.sleep(MOMENT)
                if not self.waiting:
                    break
        finally:
            self._lock.acquire()

    def __enter__(self) -> WorldLock:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.release()
        scheduler = self.scheduler
        if scheduler is not None and scheduler.driver is not None and scheduler.driver != threading.get_ident():
            scheduler.idle.wake()
