"""The one lock of a lab.

A thread that holds it may change the lab. The driver holds it while slices run and releases it while it
waits; other threads get it between two slices. A busy driver would reacquire an unfair lock before a
waiting thread has woken up, so it checks how many threads wait and leaves them a moment.

While the slice of a ThreadedComponent runs, the driver only waits for the component's thread. For that time
the lock is lent to the thread, so that its actions on the lab (``deliver``, ``stop``) belong to its slice.

A ``with`` on the lock is for changing the lab: if a slice does not end, it raises SliceDoesNotEnd instead of waiting
for ever. Only threads of components go on waiting, since a long computation of one is not the fault of another. Code
that only reads the lab uses :mod:`.reading`.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .context import in_slice
from .errors import SliceDoesNotEnd
from .lab_time import real_sleep
from .reading import hold

if TYPE_CHECKING:
    from .scheduler import Scheduler

#: How long a busy driver leaves the lock to waiting threads, in seconds, and how often.
MOMENT = 0.0001
MOMENTS = 50

#: A further remedy for a slice that does not end.
ELSE = "If it comes to an end by itself, try again then."


class LabLock:
    """A re-entrant lock that a busy driver gives way to."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._count = threading.Lock()
        self.waiting: int = 0
        self.scheduler: Scheduler | None = None
        self._lent_to: Any = None
        self._loans: dict[int, int] = {}

    def acquire(self, timeout: float = -1) -> bool:
        """Take the lock, between two slices; return whether that succeeded within ``timeout`` seconds."""
        if self._lent_to is not None and self._borrow():
            return True
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
        return self._lock._is_owned() or threading.get_ident() in self._loans  # type: ignore[attr-defined]

    def release(self) -> None:
        """Release the lock."""
        if self._loans and self._give_back():
            return
        self._lock.release()

    def give_up(self) -> None:
        """Take the lock away from a thread that will not release it; that thread must not release it any more."""
        self._lock = threading.RLock()
        self._lent_to = None

    # -- loans ------------------------------------------------------------------------------------

    def lend(self, component: Any) -> None:
        """Let the thread of a component use the lock while the driver, which holds it, waits for that thread."""
        self._lent_to = component

    def take_back(self) -> None:
        """Stop lending it."""
        self._lent_to = None

    def recall(self) -> bool:
        """Stop lending it, unless the thread is using it now; return whether that succeeded."""
        with self._count:
            if self._lent_to is not None and self._lent_to._ident in self._loans:
                return False
            self._lent_to = None
            return True

    def _borrow(self) -> bool:
        with self._count:
            if self._lent_to is None or self._lent_to is not in_slice.component:
                return False
            me = threading.get_ident()
            self._loans[me] = self._loans.get(me, 0) + 1
            return True

    def _give_back(self) -> bool:
        with self._count:
            me = threading.get_ident()
            if me not in self._loans:
                return False
            self._loans[me] -= 1
            if not self._loans[me]:
                del self._loans[me]
            return True

    # -- giving way -------------------------------------------------------------------------------

    def give_way(self) -> None:
        """Let waiting threads have the lock; called by the driver, between two slices."""
        if not self.waiting:
            return
        self._lock.release()
        try:
            for _ in range(MOMENTS):
                real_sleep(MOMENT)
                if not self.waiting:
                    break
        finally:
            self._lock.acquire()
            if self.waiting and self.scheduler is not None:  # none of them has woken up in time
                self.scheduler.attention = True

    def __enter__(self) -> LabLock:
        if self._lent_to is None and self._lock.acquire(blocking=False):
            return self
        if in_slice.component is not None:
            self.acquire()
        elif (slice := hold(self)) is not None:
            raise SliceDoesNotEnd(f"the lab cannot be changed now. {slice.sentence()} {ELSE}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.release()
        scheduler = self.scheduler
        if scheduler is not None and scheduler.driver is not None and scheduler.driver != threading.get_ident():
            scheduler.idle.wake()
