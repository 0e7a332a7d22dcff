"""The door that a lab with nothing to do waits at.

``wait`` blocks without the lab's lock and touches nothing of the lab; ``dispatch`` runs under the
lock and hands over what came. The engine's own way knows only wake-ups from other threads. A
network puts a selector behind the same door, so an idle server wakes up twice a second and does
nothing else.
"""

from __future__ import annotations

import contextlib
import queue
from typing import Protocol


class Idle(Protocol):
    """The door."""

    def wait(self, timeout: float | None) -> None:
        """Block until something came from outside, ``wake`` is called, or the timeout is over."""

    def wake(self) -> None:
        """End a ``wait``, now or the next one. From any thread, and from a signal handler."""

    def dispatch(self) -> int:
        """Hand over what came, under the lab's lock; return how much it was."""

    def sources(self) -> int:
        """Return how many things outside the lab could still deliver something."""

    def close(self) -> None:
        """Give back whatever the operating system lent."""


#: How long to block at a time, in seconds. An interrupt that arrives right before Python's main thread blocks does not
#: end the blocking, and is carried out once Python runs again.
NOTICE = 0.5


class ThreadIdle:
    """The way without a network: a lab is woken by other threads only."""

    def __init__(self) -> None:
        # SimpleQueue.put is the one wake-up that may be called from a signal handler.
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()

    def wait(self, timeout: float | None) -> None:
        """Block until woken or until the timeout, in seconds, is over; not for longer than :data:`NOTICE`."""
        with contextlib.suppress(queue.Empty):
            self._wakes.get(timeout=NOTICE if timeout is None else min(timeout, NOTICE))
            while True:
                self._wakes.get_nowait()

    def wake(self) -> None:
        """End a ``wait``; while one call for that is on its way, another is not needed."""
        if self._wakes.empty():
            self._wakes.put(None)

    def dispatch(self) -> int:
        """Return 0: nothing comes in but wake-ups."""
        return 0

    def sources(self) -> int:
        """Return 0."""
        return 0

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""
