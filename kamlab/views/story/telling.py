"""Telling the story of a lab: its newest events in words, those that are asked for, and repeats folded.

What is not asked for is left out before anything is put into words, since words cost most. Left out unless asked
for is how turns come about: *resumed*, *paused*, *woken* and *timer*. In a system with a clock they are nine
events of ten, and hide what the components do. Whoever names kinds sees those; so does whoever filters by the
word: ``filter="paused"`` tells of pauses too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

from ...core.events import (
    CLOCK,
    DISCARDED,
    INSERTED,
    KINDS,
    LINKED,
    PAUSED,
    RECEIVED,
    REMOVED,
    RESUMED,
    SENT,
    TAKEN,
    TIMER,
    UNLINKED,
    WOKEN,
    Event,
    describe,
)
from ...core.trace import make_event
from ...core.world import World
from ..keys import key_of
from ..quoting import label
from .folding import folds
from .model import StoryItem, StoryLook
from .newest import newest

#: The kinds that go on and on; cycles of them are folded.
QUIET = frozenset({RESUMED, PAUSED, WOKEN, TIMER, CLOCK, TAKEN})
#: The kinds that are left out unless they are asked for.
HIDDEN = QUIET | {LINKED, UNLINKED}
#: How long a line may be.
WIDTH = 160
#: How many items are told unless told otherwise, and at most.
ITEMS, MOST = 200, 1000
#: How many events are looked at for one story; in a free run, where the lab waits meanwhile, fewer.
SEARCHED, SEARCHED_RUNNING = 5000, 600


def story_of(
    lab: World, filter: str = "", kinds: Iterable[str] | None = None, last: int = ITEMS, upto: int | None = None
) -> StoryLook:
    """Return the newest events of a lab in words, newest last.

    Args:
        lab: the lab.
        filter: words that must all be in a line, as it is shown with its kind; large and small letters are alike.
        kinds: the kinds of events to tell; without, all but *resumed*, *paused*, *woken*, *timer*,
            *linked* and *unlinked*.
        last: how many items to tell at most.
        upto: the last step to tell of; all of them unless told.

    Events that follow one another and say the same are one item, with ``times``; so is a cycle of quiet events
    that comes several times. At most 5,000 events are looked at, in a free run 600; ``searched`` says how many were.

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
    wanted = frozenset(KINDS) - (HIDDEN - set(words)) if kinds is None else frozenset(kinds)
    with lab.lock:
        return _Telling(lab, words, wanted, min(max(0, last), MOST)).look(upto, filter)


class _Telling:
    """One look at a lab: what is told of it."""

    def __init__(self, lab: World, words: list[str], wanted: frozenset[str], last: int) -> None:
        self.lab = lab
        self.words = words
        self.wanted = wanted
        self.last = last
        self.counts: Counter[str] = Counter()
        self._events: list[Event] = []  # newest first, as everything here
        self._keys: list[Any] = []
        self._texts: dict[int, str] = {}
        self._named: dict[Any, str] = {}

    def look(self, upto: int | None, filter: str) -> StoryLook:
        """Read until there is enough, and tell it."""
        most = SEARCHED if self.lab.trace.complete else SEARCHED_RUNNING
        searched = 0
        enough = self.last
        for number, step, record in newest(self.lab, upto):
            if searched >= most:
                break
            searched += 1
            self._note(number, step, record)
            if len(self._events) > enough:  # perhaps; what repeats counts but once
                if len(self._runs()) > self.last:
                    break
                enough = 2 * len(self._events)
        items = [self._item(self._events[place : place + cycle][::-1], times) for place, cycle, times in self._runs()][
            : self.last
        ]
        counts = {kind: self.counts[kind] for kind in KINDS if self.counts[kind]}
        return StoryLook(tuple(reversed(items)), filter, counts, searched, len(self.lab.trace))

    def _note(self, number: int, step: int, record: Any) -> None:
        kind = record[0]
        self.counts[kind] += 1
        if kind not in self.wanted:
            return
        event = make_event(record, step, 0.0, record[3] if kind is RESUMED else None, number)
        if self.words:
            line = f"{kind} {self._text(event)}".lower()
            if not all(word in line for word in self.words):
                return
        self._events.append(event)
        self._keys.append((kind, id(event.component)) if kind in QUIET else (kind, self._text(event)))

    def _text(self, event: Event) -> str:
        text = self._texts.get(event.number)
        if text is None:
            text = self._texts[event.number] = _in_words(event)
        return text

    # -- items ------------------------------------------------------------------------------------

    def _runs(self) -> list[tuple[int, int, int]]:
        """Return what is one item each: where it begins, how long its cycle is, and how often it is there."""
        found = folds(self._keys, [event.kind in QUIET for event in self._events])
        return list(islice(found, self.last + 1))

    def _item(self, events: list[Event], times: int) -> StoryItem:
        first = events[0]
        text = " / ".join(map(self._text, events)) if len(events) > 1 else self._text(first)
        keys = dict.fromkeys(self._key_of(each) for event in events for each in _concerned(event))
        return StoryItem(first.number, first.step, first.kind, _safe(text), tuple(keys), times)

    def _key_of(self, component: Any) -> str:
        key = self._named.get(component)
        if key is None:
            key = self._named[component] = key_of(component)
        return key


def _in_words(event: Event) -> str:
    try:
        return _safe(describe(event))
    except Exception as error:  # what is told of may do anything when it is asked what it is
        return f"{event.kind}, of which nothing can be said: {type(error).__name__}"


def _safe(text: str) -> str:
    return label(text, WIDTH)


def _concerned(event: Event) -> Iterable[Any]:
    """Return the components that an event concerns."""
    if event.kind in (LINKED, UNLINKED):
        return (event.component.source, event.component.sink)
    concerned = [event.component]
    if event.kind in _MOVES:
        concerned += [box.owner for box in (event.source, event.box) if box is not None]
    return [each for each in concerned if each is not None]


_MOVES = (SENT, DISCARDED, RECEIVED, REMOVED, INSERTED)
