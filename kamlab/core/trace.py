"""The trace: the events of a lab as a list, and the observers that are called with each.

The engine appends bare records (see :mod:`kamlab.core.events`); this module turns them into
:class:`~kamlab.core.events.Event` when they are read. While a lab runs freely the records are
kept in a ring of ``limit``, and of about 64 MB of large messages; while it is stepped, all of them
are. Messages are referenced, not copied; the text of a message that may change is kept beside it
(:mod:`kamlab.core.message_text`).

Records are numbered from 0 on, and the numbers go on when a ring forgets the oldest. Since counting
would cost something for each record, nothing is counted while they are written: a reader finds the newest
record that was seen at the last reading, by its identity, and counts from there. If that record is gone, the
number of dropped records is unknown: the numbers then continue from it, so that they still increase, an event
keeps the number that it was once read with, and ``whole`` says that the numbers are not a count.

Changes that no event records, but that alter the picture of earlier moments (a component's parent, an inbox's limit),
are kept beside the records: each change with the newest record at that time and the value before it. So no event,
number or fingerprint depends on it. Rejected: a kind of event for it, which would change the runs that are recorded
already.

Observers attach through a table of hooks, one list for each kind of event. An empty table costs
nothing: the log that the engine calls is then the plain ``append`` of the ring, or ``None``. The
idea of a hook table in which an unused hook costs nothing, and a crashing one is detached and
reported, is trio's.
"""

from __future__ import annotations

import bisect
import itertools
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .describe import describe, name_of, pause_in_words
from .events import DISCARDED, INSERTED, KINDS, PAUSED, RECEIVED, REMOVED, RESUMED, SENT, TAKEN, WOKEN, Event, said_in
from .text_bytes import TextBytes
from .tracebacks import traceback_of

Hook = Callable[[Event], Any]

#: The newest record (or its number) when something changed, what changed, which attribute, and its value before.
Change = tuple[Any, Any, str, Any]


def has_size(kind: type) -> bool:
    """Return whether messages of a class can be large: text and bytes."""
    return kind is bytes or kind is str or kind is bytearray or kind is TextBytes


#: From how many bytes or characters on a message is large; and about how much of large messages a ring keeps in all.
LARGE, BYTES = 1 << 16, 64 << 20
#: The kinds of records that bring a new message.
_LEAVING = (SENT, DISCARDED)


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
        #: Called when a hook was attached or detached, so that the engine gets its writer again.
        self.on_hooks_changed: Callable[[], Any] = lambda: None
        self._step = 0
        self._time = 0.0
        self._running: Any = None
        self._complete = False
        self._keeping = True
        self._first = 0  # the number of the oldest record kept, at the last count
        self._known = 0  # the number from which on none is missing, unless the ring has dropped it since
        self._oldest: Any = None  # the oldest record at the last count
        self._newest: tuple[Any, int] = (None, -1)  # and the newest one, with its number
        self._before: tuple[int, float] = (0, 0.0)  # step and time before the oldest record
        self._driven: bool | None = None  # not known before the first drive
        self._stood = 0  # the number at which the lab last stopped
        self._outside: list[tuple[int, int]] = []
        self._drives: list[int] = []  # the numbers at which drives began
        self._large: deque[tuple[int, int]] = deque()  # the numbers of large messages that were sent, and their sizes
        self._bytes = 0
        self._uncounted = False  # whether large messages came while the trace was complete
        self._changes: deque[Change] = deque(maxlen=limit)
        #: For readers to cache results in; the trace never uses it.
        self.memo: Any = None
        #: In a copy: how many messages the running slice has moved to or from each box, as far as that is on record;
        #: and the records of that slice, if the copy ends before it.
        self.unsettled: dict[Any, int] = {}
        self.tail: list[Any] = []

    # -- written by the engine --------------------------------------------------------------------

    def begin(self, complete: bool, driven: bool) -> Callable[[Any], Any] | None:
        """Begin a drive or, with ``driven`` false, a time between drives; return the writer for the engine.

        What happens between drives is done from outside: by the user, not by a slice.
        """
        if complete and self._complete and self._keeping and not self._hooks:
            log: Callable[[Any], Any] | None = self._records.append
            now = self._first + len(self._records)
        else:
            log = self.writer(complete)
            now = self.next_number
        if driven:
            if self._driven is False and (not self._drives or self._drives[-1] != now):
                self._drives.append(now)
            if not self._driven and now > self._stood:
                self._outside.append((self._stood, now))
        elif self._driven is not False:
            self._stood = now
        self._driven = driven
        return log

    def writer(self, complete: bool) -> Callable[[Any], Any] | None:
        """Return the writer that the engine calls with each record; ``None`` if records are neither kept nor observed.

        ``complete`` keeps every record from here on instead of the last ``limit``.
        """
        keep = self.recording or complete
        self._count()
        if complete is not self._complete:
            self._forget(0 if complete else len(self._records) - self.limit)
            self._records = deque(self._records, maxlen=None if complete else self.limit)
            self._changes = deque(self.changes(), maxlen=None if complete else self.limit)
            self._complete = complete
            if self._uncounted and not complete:
                self._count_large()
        if keep and not self._keeping:
            self._known = self._first + len(self._records)
        self._keeping = keep
        if self._hooks:
            return self._keep_and_tell if keep else self._tell
        return self._records.append if keep else None

    def note_large(self, size: int) -> None:
        """Count the large message in the newest record; a ring then drops its oldest records if necessary."""
        if self._complete:
            self._uncounted = True
        if self._complete or not self._keeping:
            return
        self._count()
        self._large.append((self._first + len(self._records) - 1, size))
        self._bytes += size
        self._keep_bound()

    def note_change(self, thing: Any, attribute: str, before: Any) -> None:
        """Note a change of an attribute that no event records, with the value before it."""
        records = self._records
        newest: Any = -1
        if records:  # in a ring, counting would cost too much here
            newest = self._first + len(records) - 1 if self._complete else records[-1]
        self._changes.append((newest, thing, attribute, before))

    def changes(self, first: int = 0) -> list[Change]:
        """Return the changes that no event records, from a place in their list on.

        Each has the number of the newest record then (-1: it is gone), what changed, the attribute, its value before.
        """
        found = list(itertools.islice(self._changes, first, None))
        wanted = {id(change[0]) for change in found if type(change[0]) is tuple}
        if wanted:
            self._count()
            found = _numbered(found, list(self._records), self._first)
        return found

    def copied(self, step: int) -> Trace:
        """Return a copy that nothing is added to, for a reader without the lab's lock; this one stays untouched.

        ``step`` is the number of the slice that runs.
        """
        records = list(self._records)
        turned = bool(records) and records[0] is not self._oldest and not self._complete and len(records) == self.limit
        copy = Trace(self.limit, self.recording, self._report)
        copy._first = self._first_of(records) if turned else self._first
        copy._known, copy._before = self._known, self._before
        copy._driven, copy._stood = self._driven, self._stood
        copy._outside, copy._drives = list(self._outside), list(self._drives)
        copy._changes = deque(_numbered(list(self._changes), records, copy._first))
        copy._records = deque(records)
        copy._complete = True
        for record in reversed(records):
            if record[0] is RESUMED and record[1] <= step:
                break
            box = moved_box(record)
            if box is not None:
                copy.unsettled[box] = copy.unsettled.get(box, 0) + 1
        return copy

    def until(self, step: int) -> Trace | None:
        """Return a copy that ends before a slice, whose records are its ``tail``; ``None`` if that is not on record."""
        records = list(self._records)
        for place in range(len(records) - 1, -1, -1):
            if records[place][0] is RESUMED and records[place][1] == step:
                copy = self.copied(step)
                copy._records, copy.tail = deque(records[:place]), records[place:]
                return copy
        return None

    def _count_large(self) -> None:
        """Count the large messages in a ring that was a complete trace before."""
        self._uncounted = False
        sent = [(number, record) for number, record in enumerate(self._records, self._first) if record[0] in _LEAVING]
        sizes = [(number, len(record[3])) for number, record in sent if has_size(type(record[3]))]
        self._large = deque((number, size) for number, size in sizes if size >= LARGE)
        self._bytes = sum(size for _, size in self._large)
        self._keep_bound()

    def _keep_bound(self) -> None:
        while self._bytes > BYTES and len(self._large) > 1:
            number, gone = self._large.popleft()
            self._bytes -= gone
            self._let_go(number + 1 - self._first)

    def _let_go(self, count: int) -> None:
        """Drop the oldest records of a ring."""
        count = min(count, len(self._records) - 1)
        if count <= 0:  # the ring has dropped them itself
            return
        self._forget(count)
        for _ in range(count):
            self._records.popleft()

    def _keep_and_tell(self, record: Any) -> None:
        records = self._records
        full = len(records) == records.maxlen
        records.append(record)
        if full:
            self._first += 1
            self._oldest = records[0] if records else None
        self._tell(record, self._first + len(records) - 1)

    def _tell(self, record: Any, number: int = -1) -> None:
        if record[0] is RESUMED:
            _, self._step, self._time, self._running = record
        hooks = self._hooks.get(record[0])
        if not hooks:
            return
        event = make_event(record, self._step, self._time, self._running, number)
        for hook in list(hooks):
            try:
                hook(event)
            except BaseException as error:  # also the interrupt of a hook that hangs
                self.detach(hook)
                self._report(
                    f"the observer {getattr(hook, '__qualname__', hook)!s} raised an error at "
                    f"{event.kind} of {name_of(event.component)} and was detached; the run goes on.\n"
                    + traceback_of(error)
                )

    # -- observers --------------------------------------------------------------------------------

    @property
    def hooks(self) -> dict[str, list[Hook]]:
        """The table of hooks, by kind."""
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
        self.adopt_hooks(
            {
                kind: left
                for kind, hooks in self._hooks.items()
                if (left := [other for other in hooks if other is not hook])
            }
        )

    def adopt_hooks(self, hooks: dict[str, list[Hook]]) -> None:
        """Replace the table of hooks."""
        before, self._hooks = self._hooks, hooks
        if before or hooks:
            self.on_hooks_changed()

    @property
    def complete(self) -> bool:
        """Whether every record is kept, as it is while a lab is stepped."""
        return self._complete

    # -- numbers ----------------------------------------------------------------------------------

    def _count(self) -> None:
        """Determine the number of the oldest record kept."""
        records = self._records if self._complete else list(self._records)  # a copy: a ring may drop records meanwhile
        if not records:
            self._oldest = None
            return
        if records[0] is not self._oldest and not self._complete and len(records) == self.limit:
            self._first = self._first_of(records)
        self._oldest = records[0]
        self._newest = (records[-1], self._first + len(records) - 1)

    def _first_of(self, records: Any) -> int:
        """Return the number of the first of these records, which fill a ring, as exactly as it can be known."""
        known, number = self._newest
        for back, record in enumerate(reversed(records)):
            if record is known:
                return number - (len(records) - 1 - back)
        return max(self._first, number) + 2  # at least one is missing: the one after the newest that was seen

    def _forget(self, count: int) -> None:
        """Account for the oldest ``count`` records, which are about to be dropped."""
        if count <= 0:
            return
        for record in itertools.islice(reversed(self._records), len(self._records) - count, None):
            if record[0] is RESUMED:
                self._before = (record[1], record[2])
                break
        self._first += count
        self._oldest = None if count >= len(self._records) else self._records[count]

    @property
    def before(self) -> tuple[int, float]:
        """Step and time before the oldest record, if no later record contains them."""
        return self._before

    @property
    def known_from(self) -> int:
        """The number of the oldest event kept after which none is missing."""
        self._count()
        return max(self._first, self._known)

    @property
    def next_number(self) -> int:
        """The number that the next event will have."""
        self._count()
        return self._first + len(self._records)

    @property
    def whole(self) -> bool:
        """Whether every event since the lab began is kept."""
        return self.known_from == 0

    @property
    def first_step(self) -> int | None:
        """The earliest step from whose end on everything is known; ``None`` if there is none."""
        known = self.known_from
        if known == 0:
            return 0
        for record in self.records_from(known):
            if record[0] is RESUMED:
                return int(record[1]) - 1
        return None

    def records_from(self, number: int) -> list[Any]:
        """Return the bare records from a number on, for readers of many records; see :mod:`.events`."""
        self._count()
        return self._tail(max(0, number - self._first))

    # -- from outside or not -------------------------------------------------------------------------------

    def driven_before(self, number: int) -> int | None:
        """Return the number at which the last drive before an event began; ``None`` if that is not known."""
        place = bisect.bisect_right(self._drives, number)
        return self._drives[place - 1] if place else None

    def from_outside(self, number: int) -> bool:
        """Return whether an event happened between two drives, caused by the user."""
        if self._driven is None:
            return False
        if not self._driven and number >= self._stood:
            return True
        place = bisect.bisect_right(self._outside, (number, sys.maxsize)) - 1
        return place >= 0 and number < self._outside[place][1]

    # -- reading ----------------------------------------------------------------------------------

    def mark(self) -> int:
        """Return a place in a complete trace, to be given to :meth:`since`."""
        return len(self._records)

    def since(self, mark: int, step: int = 0, time: float = 0.0) -> Callable[[], Iterator[Event]]:
        """Return a function for the events recorded after a mark; ``step`` and ``time`` are those at the mark.

        The events of most steps are never read, so they are made when they are first used.
        """
        records, first = self._tail(mark), self._first + mark
        return lambda: self._events(records, first, step, time)

    def has_since(self, kind: str, mark: int) -> bool:
        """Return whether an event of this kind was recorded after a mark."""
        return any(record[0] is kind for record in self._tail(mark))

    def last_runner(self) -> Any:
        """Return what ran in the newest slice, a component or its helper; ``None`` if that is not known."""
        return next((component for component, _ in self.last_slice()), None)

    def last_slice(self) -> list[tuple[Any, int]]:
        """Return the component of the newest slice, and its number, as a list of one pair; empty if not known."""
        for record in reversed(self._records):
            if record[0] is RESUMED:
                return [(record[3], record[1])]
        return []

    def ran_since(self, mark: int) -> list[tuple[Any, int]]:
        """Return the components of the slices that were recorded after a mark, and their numbers."""
        return [(record[3], record[1]) for record in self._tail(mark) if record[0] is RESUMED]

    def merely_ran(self, slices: int) -> list[Any]:
        """Return the components of the newest slices if nothing happened in that many slices; else none."""
        newest = list(itertools.islice(reversed(self._records), slices))
        if len(newest) < slices or any(record[0] is not RESUMED for record in newest):
            return []
        return list({id(record[3]): record[3] for record in reversed(newest)}.values())

    def _tail(self, mark: int) -> list[Any]:
        """Return the records after a mark, without iterating over those before it."""
        newest = list(itertools.islice(reversed(self._records), max(0, len(self._records) - mark)))
        newest.reverse()
        return newest

    def events(self) -> list[Event]:
        """Return all events that are kept, oldest first."""
        self._count()
        first, records = self._first, list(self._records)
        for record in records:  # earlier records of a ring belong to the slice before
            if record[0] is RESUMED:
                return list(self._events(records, first, record[1] - 1, record[2]))
        return list(self._events(records, first, *self._before))

    def text(self) -> str:
        """Return every event as a line: the same text in every process, for the same run.

        It contains no times and no addresses, components appear by name, and errors only by type, since their texts
        differ between versions of Python. Otherwise the lines are those of ``str(event)``.
        """
        return "\n".join(f"{event.step:>5}  {describe(event, error_texts=False)}" for event in self.events())

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events())

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        count = len(self._records)
        said = f"trace of {count} record{'s' if count != 1 else ''}"
        if not count:
            return f"{said}; lab.events() reads it"
        events = self.events()
        return f"{said}, steps {events[0].step} to {events[-1].step}; lab.events() reads it"

    def clear(self) -> None:
        """Forget everything recorded so far."""
        self._count()
        self._forget(len(self._records))
        self._records.clear()
        self._changes.clear()
        self._newest = (None, self._first - 1)  # a dropped record is not kept alive
        self._known = max(self._known, self._first)
        self._large.clear()
        self._bytes = 0

    def _events(self, records: Iterable[Any], first: int, step: int, time: float) -> Iterator[Event]:
        running = None
        for number, record in enumerate(records, first):
            if record[0] is RESUMED:
                _, step, time, running = record
            yield make_event(record, step, time, running, number)


def moved_box(record: Any) -> Any:
    """Return the inbox that a message came to or left, from the record of that move; ``None`` for other records."""
    kind = record[0]
    if kind is SENT:
        return record[2]
    return record[1] if kind is RECEIVED or kind is REMOVED or kind is INSERTED else None


def _numbered(changes: list[Change], records: list[Any], first: int) -> list[Change]:
    """Return changes with the numbers of the records in place of the records; -1: it is gone."""
    numbers = {id(record): number for number, record in enumerate(records, first)} if changes else {}
    return [(numbers.get(id(newest), -1) if type(newest) is tuple else newest, *rest) for newest, *rest in changes]


def make_event(record: Any, step: int, time: float, running: Any, number: int = -1) -> Event:
    """Make an event from a record, the slice it belongs to, and its number."""
    kind = record[0]
    if kind is RESUMED:
        return Event(kind, step, time, running, running, number=number)
    if kind is SENT:
        source, box, message = record[1:4]
        sender = source.owner if source is not None else None
        return Event(kind, step, time, sender, running, box, source, message, number=number, said=said_in(record))
    if kind is DISCARDED:
        source, message = record[1], record[3]
        said = said_in(record)
        return Event(kind, step, time, source.owner, running, None, source, message, number=number, said=said)
    if kind is RECEIVED or kind is REMOVED or kind is INSERTED or kind is TAKEN:
        box, message = record[1], record[2]
        detail = record[3] if len(record) > 3 else None
        return Event(kind, step, time, box.owner, running, box, None, message, detail, number, said_in(record))
    subject, detail = record[1:3]
    if kind is PAUSED:
        detail = pause_in_words(detail)
    undoes = kind is WOKEN and len(record) > 3
    return Event(kind, step, time, subject, running, detail=detail, number=number, undoes_pause=undoes)
