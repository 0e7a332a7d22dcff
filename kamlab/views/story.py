"""The story of a lab: its newest events in words, filtered, with repeats folded.

Events are filtered by kind before they are put into words, since words cost most. By default the events of scheduling
(*resumed*, *paused*, *woken*, *timer*) are left out: in a system with a clock they are nine events of ten, and hide
what the components do. They are shown if their kinds are named, or if the filter has the word: ``filter="paused"``.

Records are read backwards, one by one, so that older ones cost nothing. The step of each record is known on the way,
since each slice records its own number.

A pause after which the component was woken before the round ended is left out with its wake-up, since it had no effect.

Repeats are folded: equal events in a row, and cycles, as when a timer rings and no component has anything to do. The
shortest cycle that repeats is taken, starting from the newest event, so that the last events decide where a cycle
begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..analysis.history import history_of
from ..analysis.words import counted
from ..core import events
from ..core.describe import describe
from ..core.events import Event
from ..core.reading import reads
from ..core.trace import make_event
from ..core.world import World
from .components import key_of
from .printable import label
from .render import Cell, Document, Span, Table, View, line

#: The kinds that occur all the time; cycles of them are folded.
QUIET = frozenset({events.RESUMED, events.PAUSED, events.WOKEN, events.TIMER, events.CLOCK, events.TAKEN})
#: The kinds that are left out by default.
HIDDEN = QUIET | {events.LINKED, events.UNLINKED}
#: The widths of an item and of a line of the text form.
LONGEST, WIDTH = 160, 100
#: The number of items by default and at most, and of rows in HTML.
ITEMS, MOST, ROWS = 200, 1000, 100
#: How many events are searched for one story; fewer in a free run, where the lab waits meanwhile.
SEARCHED, SEARCHED_RUNNING = 5000, 600
#: How many records are read at a time.
CHUNK = 512
#: The longest cycle that is looked for, in events.
CYCLE = 12

#: A sign for each kind, in the text form.
SIGNS = {
    events.RESUMED: ".",
    events.SENT: ">",
    events.DISCARDED: "x",
    events.RECEIVED: "<",
    events.REMOVED: "-",
    events.INSERTED: "+",
    events.PAUSED: "z",
    events.WOKEN: "!",
    events.ACTIVATED: "*",
    events.LINKED: "=",
    events.UNLINKED: "/",
    events.OPENED: "(",
    events.CLOSED: ")",
    events.BYTES_IN: "i",
    events.BYTES_OUT: "o",
    events.PRINTED: '"',
    events.TIMER: "@",
    events.CLOCK: "t",
    events.TAKEN: "v",
    events.FAILED: "F",
    events.FINISHED: "#",
}


@dataclass(frozen=True, slots=True)
class StoryItem:
    """One line of the story.

    ``number`` is that of the event, or of the newest of the events that were folded into this item; ``times`` is how
    many there are. ``keys`` are the components concerned (see :mod:`kamlab.views.components`).
    """

    number: int
    step: int
    kind: str
    text: str
    keys: tuple[str, ...] = ()
    times: int = 1

    def row(self, says_step: bool) -> tuple[Cell, ...]:
        """Return step, kind and words; the text form has signs, and a step only where it changes."""
        step = Span(str(self.step), plain=None if says_step else "")
        times = f"  ({self.times} times)" if self.times > 1 else ""
        room = WIDTH - max(5, len(step.words) * says_step) - len(f"  x {times}")
        cut = None if len(self.text) <= room else self.text[: room - 3] + "..."
        words = line(Span(self.text, plain=cut), *([Span(times, "strong")] if times else []))
        return step, Span(self.kind, plain=SIGNS.get(self.kind, " ")), words

    def data(self) -> dict[str, Any]:
        """Return this as plain values, ready for JSON."""
        return {
            "n": self.number,
            "step": self.step,
            "kind": self.kind,
            "text": self.text,
            "keys": list(self.keys),
            "times": self.times,
        }


@dataclass(frozen=True, slots=True, repr=False)
class StoryLook(View):
    """The newest events in words, newest last. Printed, it is text; in a notebook, a table.

    ``filter`` has the words that were asked for, ``kinds`` the number of events of each kind among the newest
    ``searched`` ones, and ``total`` is the number of events known.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
    ...     _ = lab.run()
    ...     story = lab.story(words="hello")
    >>> for item in story:
    ...     print(item.step, item.text)
    4 DataSource_2.outbox -> NullSink_3.inbox: 'hello'
    6 NullSink_3 takes 'hello' from inbox
    """

    items: tuple[StoryItem, ...]
    filter: str = ""
    kinds: dict[str, int] = field(default_factory=dict)
    searched: int = 0
    total: int = 0

    def __iter__(self) -> Iterator[StoryItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def headline(self) -> str:
        """The number of items and events, and the filter."""
        words = self.filter.strip()
        said = f"{counted(len(self.items), 'item')} of {counted(self.total, 'event')}"
        if words:
            said += f", with {words!r}"
        if self.searched < self.total and words:
            said += f" (the newest {self.searched} were searched)"
        return said

    def document(self) -> Document:
        """Return the headline and a table of the items; HTML has the newest."""
        before = (None, *(item.step for item in self.items))
        rows = tuple(item.row(item.step != step) for item, step in zip(self.items, before, strict=False))
        titles = ("step", "kind", "what happened")
        return (line(self.headline), Table(rows, titles, "{:>5}  {} {}", thing="item", newest=True, most=ROWS))

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON."""
        return {
            "items": [item.data() for item in self.items],
            "filter": self.filter,
            "kinds": dict(self.kinds),
            "searched": self.searched,
            "total": self.total,
            "shown": len(self.items),
        }


@reads()
def story_of(
    lab: World, filter: str = "", kinds: Iterable[str] | None = None, last: int = ITEMS, upto: int | None = None
) -> StoryLook:
    """Return the newest events of a lab in words, newest last.

    Args:
        lab: the lab.
        filter: words that must all be in a line or its kind; case does not matter.
        kinds: the kinds of events to show; by default all but *resumed*, *paused*, *woken*, *timer*, *clock*,
            *taken*, *linked* and *unlinked*.
        last: the largest number of items.
        upto: the last step to show; the newest by default.

    Equal events in a row are one item, with ``times``; so is a repeated cycle of scheduling events. At most 5,000
    events are searched, in a free run 600; ``searched`` says how many were.

    >>> from kamlab import Component, Lab
    >>> class Hello(Component):
    ...     def main(self):
    ...         for _ in range(3):
    ...             self.send("hello")
    ...             yield
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Hello().activate()
    ...     _ = lab.run()
    ...     print(story_of(lab, "outbox"))
    1 item of 9 events, with 'outbox'
        3  x Hello_1.outbox -> nowhere: 'hello' is discarded  (3 times)
    """
    words = filter.lower().split()
    wanted = frozenset(events.KINDS) - (HIDDEN - set(words)) if kinds is None else frozenset(kinds)
    return _Telling(lab, words, wanted, min(max(0, last), MOST)).look(upto, filter)


class _Telling:
    """The work on one story; all lists have the newest event first."""

    def __init__(self, lab: World, words: list[str], wanted: frozenset[str], last: int) -> None:
        self.lab = lab
        self.words = words
        self.wanted = wanted
        self.last = last
        self.counts: Counter[str] = Counter()
        self._events: list[Event] = []
        self._keys: list[Any] = []
        self._texts: dict[int, str] = {}
        self._named: dict[Any, str] = {}
        #: The components that were woken in the round in which they paused; that pause comes later, since it is older.
        self._undone: set[int] = set()

    def look(self, upto: int | None, filter: str) -> StoryLook:
        """Read until there are enough items, and return the story."""
        most = SEARCHED if self.lab.trace.complete else SEARCHED_RUNNING
        searched = 0
        enough = self.last
        for number, step, record in newest(self.lab, upto):
            if searched >= most:
                break
            searched += 1
            self.counts[record[0]] += 1
            if self._had_no_effect(record) or record[0] not in self.wanted:
                continue
            self._note(number, step, record)
            if len(self._events) > enough:  # perhaps enough: repeats count once
                if len(self._runs()) > self.last:
                    break
                enough = 2 * len(self._events)
        runs = self._runs()[: self.last]
        items = [self._item(self._events[place : place + cycle][::-1], times) for place, cycle, times in runs]
        counts = {kind: self.counts[kind] for kind in events.KINDS if self.counts[kind]}
        return StoryLook(tuple(reversed(items)), filter, counts, searched, len(self.lab.trace))

    def _note(self, number: int, step: int, record: Any) -> None:
        kind = record[0]
        event = make_event(record, step, 0.0, record[3] if kind is events.RESUMED else None, number)
        if self.words:
            text = f"{kind} {self._text(event)}".lower()
            if not all(word in text for word in self.words):
                return
        self._events.append(event)
        self._keys.append((kind, id(event.component)) if kind in QUIET else (kind, self._text(event)))

    def _had_no_effect(self, record: Any) -> bool:
        """Return whether this is a pause, or a wake-up, that :func:`kamlab.core.events.net_of` leaves out."""
        kind = record[0]
        if kind is events.WOKEN and len(record) > 3:
            self._undone.add(id(record[1]))
            return True
        if kind is events.PAUSED and id(record[1]) in self._undone:
            self._undone.discard(id(record[1]))
            return True
        return False

    def _text(self, event: Event) -> str:
        text = self._texts.get(event.number)
        if text is None:
            text = self._texts[event.number] = _in_words(event)
        return text

    def _runs(self) -> list[tuple[int, int, int]]:
        """Return for each item where it begins, the length of its cycle, and how often it repeats."""
        found = folds(self._keys, [event.kind in QUIET for event in self._events])
        return list(islice(found, self.last + 1))

    def _item(self, cycle: list[Event], times: int) -> StoryItem:
        first = cycle[0]
        text = label(" / ".join(map(self._text, cycle)), LONGEST)
        keys = dict.fromkeys([self._key_of(component) for event in cycle for component in _concerned(event)])
        return StoryItem(first.number, first.step, first.kind, text, tuple(keys), times)

    def _key_of(self, component: Any) -> str:
        key = self._named.get(component)
        if key is None:
            key = self._named[component] = key_of(component)
        return key


def _in_words(event: Event) -> str:
    try:
        return label(describe(event), LONGEST)
    except Exception as error:  # a message may do anything when it is asked for its repr
        return f"{event.kind}, which cannot be described: {type(error).__name__}"


def _concerned(event: Event) -> Iterable[Any]:
    """Return the components that an event concerns."""
    if event.kind in (events.LINKED, events.UNLINKED):
        return (event.component.source, event.component.sink)
    concerned = [] if event.component is None else [event.component]
    if event.kind in _MOVES:
        concerned += [box.owner for box in (event.source, event.box) if box is not None]
    return concerned


_MOVES = (events.SENT, events.DISCARDED, events.RECEIVED, events.REMOVED, events.INSERTED)


# -- records, newest first ----------------------------------------------------------------------------


def newest(lab: World, upto: int | None = None) -> Iterator[tuple[int, int, Any]]:
    """Yield number, step and record of each event up to a step, newest first; hold the lab's lock meanwhile."""
    trace = lab.trace
    known, end, step = trace.known_from, trace.next_number, lab.scheduler.step
    records: Any = None
    if upto is not None and upto < step:
        records, end, step = _until(lab, known, end, upto)
    while end > known:
        first = max(known, end - CHUNK)
        stretch = trace.records_from(first)[: end - first] if records is None else records[first - known : end - known]
        for place in range(len(stretch) - 1, -1, -1):
            record = stretch[place]
            if record[0] is events.RESUMED:
                step = record[1]
                yield first + place, step, record
                step -= 1
            else:
                yield first + place, step, record
        end = first


def _until(lab: World, known: int, end: int, upto: int) -> tuple[Any, int, int]:
    """Return all records, the number of the first after a step, and that step or the earliest there is."""
    if lab.trace.complete:  # far back: the history has the records at hand, and knows where each step ends
        history = history_of(lab)
        step = min(max(upto, history.earliest), history.latest)
        return history.records, history.end_of(step) + 1, step
    records = lab.trace.records_from(known)
    for number, record in enumerate(records, known):
        if record[0] is events.RESUMED and record[1] > upto:
            return records, number, record[1] - 1
    return records, end, lab.scheduler.step


# -- folding ------------------------------------------------------------------------------------------


def folds(keys: Sequence[Hashable], may_cycle: Sequence[bool]) -> Iterator[tuple[int, int, int]]:
    """Find what repeats in a list of keys, newest first.

    Args:
        keys: what tells events apart; equal ones in a row are folded.
        may_cycle: whether an event may be a part of a longer cycle.

    Yields:
        where a run begins, the length of its cycle (1 for a single event), and how often it repeats.

    >>> list(folds("abababcc", [True] * 8))
    [(0, 2, 3), (6, 1, 2)]
    >>> list(folds("abababcc", [False] * 8))[:3]
    [(0, 1, 1), (1, 1, 1), (2, 1, 1)]
    """
    place = 0
    while place < len(keys):
        cycle, times = 1, _times(keys, place, 1)
        if times == 1 and may_cycle[place]:
            for longer in range(2, CYCLE + 1):
                if place + longer > len(keys) or not may_cycle[place + longer - 1]:
                    break
                again = _times(keys, place, longer)
                if again > 1:
                    cycle, times = longer, again
                    break
        yield place, cycle, times
        place += cycle * times


def _times(keys: Sequence[Hashable], place: int, cycle: int) -> int:
    """Return how often the cycle that begins at a place repeats."""
    times = 1
    end = place + cycle
    while end + cycle <= len(keys) and keys[place : place + cycle] == keys[end : end + cycle]:
        times += 1
        end += cycle
    return times
