"""How a lab with nothing to do waits for events from outside.

``wait`` blocks without the lab's lock and touches nothing of the lab; ``dispatch`` runs under the
lock and delivers what arrived. The implementation here knows only wake-ups from other threads. A
network implements the same interface with a selector, so an idle server wakes up twice a second and
does nothing else.
"""

from __future__ import annotations

import contextlib
import queue
from typing import Protocol


class Idle(Protocol):
    """The interface."""

    def wait(self, timeout: float | None) -> None:
        """Block until something arrives from outside, ``wake`` is called, or the timeout expires."""

    def wake(self) -> None:
        """End a ``wait``, now or the next one. From any thread, and from a signal handler."""

    def dispatch(self) -> int:
        """Deliver what arrived, under the lab's lock; return how many things that were."""

    def sources(self) -> int:
        """Return how many things outside the lab could still deliver something."""

    def close(self) -> None:
        """Release all resources of the operating system."""


#: How long to block at a time, in seconds. An interrupt that arrives right before Python's main thread blocks does not
#: end the blocking, and is carried out once Python runs again.
NOTICE = 0.5


class ThreadIdle:
    """Waiting without a network: a lab is woken by other threads only."""

    def __init__(self) -> None:
        # SimpleQueue.put is the one wake-up that may be called from a signal handler.
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()

    def wait(self, timeout: float | None) -> None:
        """Block until woken or until the timeout, in seconds, expires; at most for :data:`NOTICE`."""
        with contextlib.suppress(queue.Empty):
            self._wakes.get(timeout=NOTICE if timeout is None else min(timeout, NOTICE))
            while True:
                self._wakes.get_nowait()

    def wake(self) -> None:
        """End a ``wait``; while one wake-up is pending, another is not needed."""
        if self._wakes.empty():
            self._wakes.put(None)

    def dispatch(self) -> int:
        """Return 0: nothing arrives but wake-ups."""
        return 0

    def sources(self) -> int:
        """Return 0."""
        return 0

    def close(self) -> None:
        """Do nothing: there is nothing to release."""
