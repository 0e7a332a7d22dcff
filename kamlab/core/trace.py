"""What happened, as a list of events; and who is told while it happens.

The engine appends bare records (see :mod:`kamlab.core.events`); this module turns them into
:class:`~kamlab.core.events.Event` when somebody reads. While a lab runs freely the records are
kept in a ring of ``limit``; while it is stepped, all of them are. Messages are held as they are, not
copied, so a message that is changed after it was sent shows its changed self.

Observers attach through a table of hooks, one list for each kind of event. An empty table is never
looked at: the log that the engine calls is then the plain ``append`` of the ring, or ``None``. The
idea of a hook table in which an unused hook costs nothing, and a crashing one is detached and
reported, is trio's.
"""

from __future__ import annotations

import itertools
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .events import DISCARDED, KINDS, RECEIVED, RESUMED, SENT, Event, name_of

Hook = Callable[[Event], Any]


class Trace:
    """The events of one lab.

    Args:
        limit: how many records a free run keeps.
        recording: whether records are kept at all.
        report: called with a text when a hook crashed and was detached.
    """

    def __init__(self, limit: int, recording: bool, report: Callable[[str], Any]) -> None:
        self.limit = limit
        self.recording = recording
        self._records: deque[Any] = deque(maxlen=limit)
        self._hooks: dict[str, list[Hook]] = {}
        self._report = report
        #: Called when somebody attached or detached a hook, so that the engine asks for its writer anew.
        self.on_hooks_changed: Callable[[], Any] = lambda: None
        self._step = 0
        self._time = 0.0
        self._running: Any = None
        self._complete = False

    # -- what the engine writes to ----------------------------------------------------------------

    def writer(self, complete: bool) -> Callable[[Any], Any] | None:
        """Return what the engine shall call with each record; ``None`` if nobody wants any.

        ``complete`` keeps every record from here on instead of the last ``limit``.
        """
        keep = self.recording or complete
        if complete is not self._complete:
            self._records = deque(self._records, maxlen=None if complete else self.limit)
            self._complete = complete
        if self._hooks:
            return self._keep_and_tell if keep else self._tell
        return self._records.append if keep else None

    def _keep_and_tell(self, record: Any) -> None:
        self._records.append(record)
        self._tell(record)

    def _tell(self, record: Any) -> None:
        if record[0] is RESUMED:
            _, self._step, self._time, self._running = record
        hooks = self._hooks.get(record[0])
        if not hooks:
            return
        event = make_event(record, self._step, self._time, self._running)
        for hook in list(hooks):
            try:
                hook(event)
            except BaseException:  # an interrupt of one that hangs, too
                self.detach(hook)
                self._report(
                    f"the observer {getattr(hook, '__qualname__', hook)!s} raised an error at "
                    f"{event.kind} of {name_of(event.component)} and was detached; the run goes on.\n"
                    + traceback.format_exc()
                )

    # -- observers --------------------------------------------------------------------------------

    @property
    def hooks(self) -> dict[str, list[Hook]]:
        """The table of hooks: the kinds that somebody listens to, and who."""
        return self._hooks

    def attach(self, hook: Hook, kinds: Iterable[str] | None = None) -> None:
        """Call ``hook`` with every event of these kinds (all of them, if none are named)."""
        wanted = KINDS if kinds is None else tuple(kinds)
        for kind in wanted:
            if kind not in KINDS:
                raise ValueError(f"there is no event kind {kind!r}; there are: {', '.join(KINDS)}")
        for kind in wanted:
            self._hooks.setdefault(kind, []).append(hook)
        self.on_hooks_changed()

    def detach(self, hook: Hook) -> None:
        """Stop calling ``hook``."""
        self._hooks = {
            kind: left for kind, hooks in self._hooks.items() if (left := [each for each in hooks if each is not hook])
        }
        self.on_hooks_changed()

    @property
    def complete(self) -> bool:
        """Whether every record is kept, as it is while a lab is stepped."""
        return self._complete

    # -- reading ----------------------------------------------------------------------------------

    def mark(self) -> int:
        """Return a place in a complete trace, to be given to :meth:`since`."""
        return len(self._records)

    def since(self, mark: int, step: int = 0, time: float = 0.0) -> list[Event]:
        """Return the events recorded after a mark; ``step`` and ``time`` are those at the mark."""
        return list(self._events(self._tail(mark), step, time))

    def has_since(self, kind: str, mark: int) -> bool:
        """Return whether an event of this kind was recorded after a mark."""
        return any(record[0] is kind for record in self._tail(mark))

    def _tail(self, mark: int) -> list[Any]:
        """Return the records after a mark, without going through those before it."""
        newest = list(itertools.islice(reversed(self._records), max(0, len(self._records) - mark)))
        newest.reverse()
        return newest

    def events(self) -> list[Event]:
        """Return all events there are, oldest first."""
        records = list(self._records)
        for record in records:  # what comes before it in a ring belongs to the slice before
            if record[0] is RESUMED:
                return list(self._events(records, record[1] - 1, record[2]))
        return list(self._events(records, self._step, self._time))

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events())

    def __len__(self) -> int:
        return len(self._records)

    def clear(self) -> None:
        """Forget everything recorded so far."""
        self._records.clear()

    def _events(self, records: Iterable[Any], step: int = 0, time: float = 0.0) -> Iterator[Event]:
        running = None
        for record in records:
            if record[0] is RESUMED:
                _, step, time, running = record
            yield make_event(record, step, time, running)


def make_event(record: Any, step: int, time: float, running: Any) -> Event:
    """Make an event from a record and the slice it belongs to."""
    kind = record[0]
    if kind is RESUMED:
        return Event(kind, step, time, running, running)
    if kind is SENT:
        _, source, box, message = record
        sender = source.owner if source is not None else None
        return Event(kind, step, time, sender, running, box, source, message)
    if kind is DISCARDED:
        _, source, _, message = record
        return Event(kind, step, time, source.owner, running, None, source, message)
    if kind is RECEIVED:
        _, box, message = record
        return Event(kind, step, time, box.owner, running, box, None, message)
    _, subject, detail = record
    return Event(kind, step, time, subject, running, detail=detail)
