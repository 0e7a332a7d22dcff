"""Timers: calls to be made at a time of the lab's clock, the earliest first.

Most are cancelled long before their time, as when a pause with a timeout ends with a message. A
cancelled timer stays in the heap until it reaches the top or until there are more cancelled timers than
others, so cancelling costs nothing and the heap does not grow without bound.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

#: How many timers there may be before the cancelled ones are removed.
KEPT = 64


class Timer:
    """A call to be made at a time; ``cancel`` it if it is no longer needed."""

    __slots__ = ("callback", "owner", "when")

    def __init__(self, when: float, callback: Callable[[], Any], owner: Any) -> None:
        self.when: float = when
        self.callback: Callable[[], Any] | None = callback
        self.owner: Any = owner

    def cancel(self) -> None:
        """Make sure that the call is not made."""
        self.callback = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A timer that has not fired: ``when`` in seconds of the lab's clock, and ``who``, the component that it is for."""

    when: float
    who: str

    def __str__(self) -> str:
        return f"at {self.when:g} s: {self.who}"


class PendingTimers(tuple[Pending, ...]):
    """Timers that have not fired, the earliest first; one a line when printed."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "no timer is pending"

    __repr__ = __str__


class Timers:
    """The timers of one scheduler.

    >>> timers = Timers()
    >>> first, second = timers.add(1.0, print), timers.add(2.0, print)
    >>> first.cancel()
    >>> timers.next()
    2.0
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()
        self._kept = KEPT

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, when: float, callback: Callable[[], Any], owner: Any = None) -> Timer:
        """Schedule a call at a time; of two at the same time, the one added first comes first."""
        timer = Timer(when, callback, owner)
        heapq.heappush(self._heap, (when, next(self._numbers), timer))
        if len(self._heap) > self._kept:
            self._heap = [entry for entry in self._heap if entry[2].callback is not None]
            heapq.heapify(self._heap)
            self._kept = max(KEPT, 2 * len(self._heap))
        return timer

    def next(self) -> float | None:
        """Return when the next timer is due, or ``None``."""
        while self._heap and self._heap[0][2].callback is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def waiting(self) -> list[Timer]:
        """Return the timers that were not cancelled, the earliest first."""
        return [entry[2] for entry in sorted(self._heap, key=lambda entry: entry[:2]) if entry[2].callback is not None]

    def are_due(self, now: float) -> bool:
        """Return whether any timer is due."""
        if not self._heap or self._heap[0][0] > now:
            return False
        when = self.next()
        return when is not None and when <= now

    def due(self, now: float) -> Iterator[tuple[Timer, Callable[[], Any]]]:
        """Yield the timers that are due, each with its call, and remove them."""
        while (when := self.next()) is not None and when <= now:
            timer = heapq.heappop(self._heap)[2]
            callback, timer.callback = timer.callback, None
            assert callback is not None
            yield timer, callback

    def clear(self) -> None:
        """Cancel all timers."""
        self._heap.clear()
