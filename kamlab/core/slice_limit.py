"""The bounds on a slice: how many events and bytes of messages it may have, and how far the process may grow in it.

They hold for a slice that is long, or in which the process grows. Nothing is counted before: :class:`Counter` takes the
place of the engine's writer only then, and leaves with the first record of a later slice.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import MethodDescriptorType, WrapperDescriptorType
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import BadLimit, SliceEnded
from .event_kinds import DISCARDED, RECEIVED, SENT
from .lab_time import real_monotonic
from .memory_growth import Growth, resident

if TYPE_CHECKING:
    from .runtime import Runtime
    from .watch import Watch

#: From how many seconds on a slice is long.
LONG = 1.0
#: The bounds on bytes and memory hold from so many messages on: a few large ones are no loop.
MANY = 8
#: Seconds between two looks of a counter at the memory.
GLANCE = 0.001


class SliceLimit(NamedTuple):
    """How many events, and bytes of messages, a slice may have once it is long; ``None``: no bound.

    ``memory`` is by how many bytes the process may grow and grow within one slice, long or not.
    """

    events: int | None = 300_000
    bytes: int | None = 64_000_000
    memory: int | None = 256_000_000

    @classmethod
    def of(cls, limit: Any) -> SliceLimit:
        """Return the limit of two or three values; without a third one, the memory has its usual bound.

        Raises:
            BadLimit: they are not two or three positive whole numbers or ``None``.
        """
        if (
            isinstance(limit, (tuple, list))
            and len(limit) in (2, 3)
            and all(bound is None or (type(bound) is int and bound > 0) for bound in limit)
        ):
            return cls(*limit)
        raise BadLimit(
            f"slice_limit = {limit!r}: give a pair, how many events and how many bytes of messages a long slice may "
            "have, each a whole number above 0, or None for no bound; a third one says by how many bytes the process "
            "may grow within one slice"
        )


class Counter:
    """Writes what the engine records, and counts the events and bytes of one slice.

    A message that was taken counts against one that was sent, so that a component which works off a long queue in one
    slice is not at fault. Messages whose size is not known, such as objects of the user's, are bounded by how much the
    process grows while they are sent.

    Args:
        watch: the watch on the lab.
        runtime: the lab's engine.
        base: how many bytes of memory the process used when the slice began.
    """

    def __init__(self, watch: Watch, runtime: Runtime, base: int) -> None:
        self._watch = watch
        self._runtime = runtime
        self._scheduler = runtime.scheduler
        self.step = self._scheduler.step
        #: The engine's own writer.
        self.log: Callable[[Any], Any] | None = None
        self.events = 0
        self.bytes = 0
        self._growth = Growth(base)
        self._glanced = 0.0
        #: What is said of the slice once it is ended by a bound.
        self.words = ""
        #: Whether the slice has to end, whatever its bounds are: the lab is being stopped.
        self.must_end = False
        self._has_refused = False

    def leave(self) -> None:
        """Give the engine its own writer again."""
        log: Any = self._scheduler.log
        if log is self:
            self._scheduler.log = self.log

    def __call__(self, record: Any) -> None:
        """Write a record, or refuse it if it is past the bound."""
        scheduler = self._scheduler
        if scheduler.step != self.step:
            self.leave()
        elif threading.get_ident() == scheduler.driver and scheduler.running is not None:
            self._count(record)
        if self.log is not None:
            self.log(record)

    def _count(self, record: Any) -> None:
        """Count what a slice could do without end: a message that it takes makes up for one that it sends."""
        kind = record[0]
        moves = kind is SENT or kind is DISCARDED
        if self.must_end:
            self._refuse(record if moves else None)
        if kind is RECEIVED:
            self.events -= 1
            self.bytes -= size_of(record[2])
            return
        self.events += 1
        if moves:
            self.bytes += size_of(record[3])
        if past := self._past():
            self.words = self.words or self._watch.in_words(past)
            self._refuse(record if moves else None)

    def _past(self) -> str:
        """Return the bound that is passed, in words, or "" if none is."""
        events, size, memory = self._runtime.slice_limit
        if size is not None and self.bytes > size and self.events >= MANY:
            return f"more than {size:,} bytes of messages in one slice"
        if events is not None and self.events > events and self._watch.seconds() >= LONG:
            return f"more than {events:,} events in one slice"
        if memory is not None and self.events >= MANY and self._grows_past(memory):
            return grown_past(memory)
        return ""

    def _grows_past(self, memory: int) -> bool:
        now = real_monotonic()
        if now < self._glanced + GLANCE:
            return False
        self._glanced = now
        return self._growth.note(resident()) > memory and self._growth.is_steady()

    def _refuse(self, record: Any) -> None:
        """Raise SliceEnded: in ``send`` itself, whose message is taken back, else at the next line of the user's."""
        error = SliceEnded(self.words) if self.words else SliceEnded()
        interrupt = self._runtime.interrupt
        if interrupt is not None and (record is None or self._has_refused):  # it has caught the error before
            interrupt.raise_at_next_line(sys._getframe(), error)
        if record is None:
            return
        if record[0] is SENT and record[2].items and record[2].items[-1] is record[3]:
            record[2].items.pop()
        elif self.log is not None:
            self.log(record)  # it is counted as discarded already
        self._has_refused = True
        raise error


def grown_past(memory: int) -> str:
    """Return the bound on memory, in words."""
    return f"the process grew by more than {memory:,} bytes in one slice"


def size_of(message: Any) -> int:
    """Return about how many bytes a message takes, running none of the user's code."""
    size = _own_size(message)
    if type(message) in (list, tuple, set, frozenset) and len(message) <= 100:
        size += sum(map(_own_size, message))
    elif type(message) is dict and len(message) <= 100:
        size += sum(map(_own_size, message.values()))
    return size


def _own_size(value: Any) -> int:
    asked = getattr(type(value), "__sizeof__", None)
    return sys.getsizeof(value) if type(asked) in (MethodDescriptorType, WrapperDescriptorType) else 64
