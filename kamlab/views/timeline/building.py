"""Building a space-time diagram: which components have a lifeline, in which order, and what is said of everything."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ...analysis.history import history_of
from ...core.component import Component
from ...core.describe import describe, name_of, shorten
from ...core.events import (
    ACTIVATED,
    FAILED,
    FINISHED,
)
from ...core.naming import drawn_names, given_name, whose
from ...core.reading import reads
from ...core.states import ENDED
from ...core.task import task_of
from ...core.world import World
from ..components import key_of
from ..printable import label
from .model import Timeline
from .records import OUTSIDE, Lifeline, Mark, Passage, Place, Ran
from .seen import Seen, Transit
from .window import BINS, FEW, Known, Wish, known_around

#: How many marks are shown at most: the newest.
MARKS = 200
#: The most characters of the text of a message, and of a mark.
TEXT = 40
SENTENCE = 100


@reads()
def timeline_of(lab: World, /, first: int | None = None, last: int | None = None, **wish: Any) -> Timeline:
    """Return the space-time diagram of a lab; of a running lab, as it is between two slices.

    Args:
        lab: the lab.
        first, last: the steps to show.
        wish: what else is wanted; see :class:`Wish`.

    >>> from kamlab import Component, Lab, Pipeline
    >>> class Hello(Component):
    ...     def main(self):
    ...         self.send("hello")
    ...         yield
    >>> class Keep(Component):
    ...     async def main(self):
    ...         self.kept = await self.receive()
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(Hello(), Keep()).activate()
    ...     _ = lab.run()
    ...     [(message.text, message.box, message.fate) for message in timeline_of(lab).messages][:1]
    [("'hello'", 'Keep_3.inbox', 'taken')]
    """
    wanted = Wish(first, last, **wish)
    known = known_around(lab, wanted)
    return _Drawing(known, wanted).timeline(lab.scheduler.step)


class _Drawing:
    """The diagram of a window, with a limited number of lifelines."""

    def __init__(self, known: Known, wish: Wish) -> None:
        self.known = known
        self.history = known.history
        self.wish = wish
        self.seen = Seen(known)
        self._names: dict[Any, str] = {}
        self._end = self.seen.end - 1
        self.ways = self._found(self.seen.ways)
        self.shown, self.more, self.quiet = self._chosen()
        self.place = {component: index for index, component in enumerate(self.shown)}
        self._drawn = drawn_names([component for component in self.shown if isinstance(component, Component)])

    def timeline(self, here: int) -> Timeline:
        """Return the diagram."""
        known, place, seen = self.known, self.place, self.seen
        ways = [way for way in self.ways if self._has_end(way)]
        marks = [mark for mark in seen.marks if mark[1] in place][-MARKS:]
        counts: list[Counter[int]] = [seen.counts.get(who, Counter()) for who in self.shown] if seen.counts else []
        made = Timeline(
            first=known.first,
            last=known.last,
            earliest=known.earliest,
            latest=known.latest,
            at=known.latest if self.wish.at is None else self.wish.at,
            here=here,
            lines=tuple(map(self._lifeline, self.shown)),
            more=self.more,
            quiet=self.quiet,
            slices=tuple([Ran(step, place[who], number) for step, who, number in seen.slices if who in place]),
            messages=tuple(map(self._passage, ways[-self.wish.messages :])),
            more_messages=max(0, len(ways) - self.wish.messages),
            marks=tuple(Mark(number, place[who], step, kind, self._words(number)) for number, who, step, kind in marks),
            bin=seen.bin if seen.counts else 0,
            counts=tuple(tuple(count[part] for part in range(BINS)) for count in counts),
            find=self.wish.find,
        )
        return self._with_order(made)

    # -- which rows there are ---------------------------------------------------------------------

    def _found(self, ways: list[Transit]) -> list[Transit]:
        """Return the messages that match what is to be found."""
        find = self.wish.find.casefold()
        if not find:
            return ways
        return [
            way
            for way in ways
            if find in f"{self._said(way)}\n{self._box(way.box)}".casefold()
            or any(end is not None and self._is_called(end[0], find) for end in (way.start, way.end))
        ]

    def _is_called(self, component: Any, find: str) -> bool:
        return component is not None and find in self._name(component).casefold()

    def _chosen(self) -> tuple[list[Any], int, int]:
        """Return who has a lifeline, in order, how many more did something, and how many did nothing.

        ``None`` is the outside. Where there are few components, those that did nothing have a line too, so that lines
        do not come and go while the window moves.
        """
        did, find = self.seen.did, self.wish.find.casefold()
        busy = [component for component in did if component is not None]
        quiet = [component for component in self._everyone() if component not in did]
        ends = [end[0] for way in self.ways for end in (way.start, way.end) if end is not None]
        if find:
            sought = {end for end in ends if end is not None}
            busy = [component for component in busy if component in sought or self._is_called(component, find)]
            quiet = [component for component in quiet if self._is_called(component, find)]
        if self.wish.everyone or find or len(busy) + len(quiet) <= FEW:
            busy, quiet = busy + quiet, []
        lines = max(0, self.wish.lines)
        shown = sorted(busy, key=lambda who: (-did[who], -self.seen.ran.get(who, 0), _order(who)))[:lines]
        outside = [None] if None in ends else []
        return [*outside, *self._arranged(shown)], len(busy) - len(shown), len(quiet)

    def _everyone(self) -> list[Any]:
        """Return the components that had been activated by the end of the window, containers left out."""
        return [
            component
            for component, life in self.history.lives.items()
            if isinstance(component, Component)
            and whose(component) is component
            and life.at(self._end) is not None
            and not task_of(component).children
        ]

    def _arranged(self, shown: list[Any]) -> list[Any]:
        """Return components so that those that are linked are near one another.

        Links are followed in the order in which components were activated, from the first one on. The order depends
        on the links that there ever were and not on what the window shows, so that it stays while the window moves.
        """
        near: dict[Any, set[Any]] = {}
        for link in self.history.links:
            one, other = link.source, link.sink
            if task_of(one).parent is not other and task_of(other).parent is not one:
                near.setdefault(one, set()).add(other)
                near.setdefault(other, set()).add(one)
        placed: dict[Any, None] = {}
        ahead = sorted({*shown, *near}, key=_order, reverse=True)
        while ahead:
            component = ahead.pop()
            if component not in placed:
                placed[component] = None
                ahead += sorted(near.get(component, set()) - placed.keys(), key=_order, reverse=True)
        wanted = set(shown)
        return [component for component in placed if component in wanted]

    def _has_end(self, way: Transit) -> bool:
        ends = [end[0] for end in (way.start, way.end) if end is not None and end[0] is not None]
        return not self.place.keys().isdisjoint(ends)

    # -- what is said of them ---------------------------------------------------------------------

    def _lifeline(self, component: Any) -> Lifeline:
        if component is None:
            return Lifeline(OUTSIDE, "outside")
        history, begins, ends = self.history, None, None
        about = history.about.get(component, ())
        if about and history.record(about[0])[0] is ACTIVATED:
            begins = history.step_of(about[0])
        life = history.lives.get(component)
        state = life.at(self._end) or "" if life is not None else ""
        if state in ENDED:
            ended = next(number for number in reversed(about) if history.record(number)[0] in (FAILED, FINISHED))
            ends = history.step_of(ended)
        name, state = self._name(component), state if ends is not None else ""
        return Lifeline(key_of(component), name, begins, ends, state, label(self._drawn.get(component, name), TEXT))

    def _passage(self, way: Transit) -> Passage:
        return Passage(
            way.number,
            way.took,
            self._placed(way.start),
            self._placed(way.end),
            self._box(way.box),
            self._said(way),
            way.fate,
        )

    def _said(self, way: Transit) -> str:
        said = self.history.said(way.number)
        return label(shorten(way.message, TEXT) if said is None else said, TEXT)

    def _box(self, box: Any) -> str:
        return f"{self._name(box.owner)}.{label(str(box.name), TEXT)}"

    def _name(self, component: Any) -> str:
        if component not in self._names:
            self._names[component] = label(given_name(component) or name_of(component), TEXT)
        return self._names[component]

    def _placed(self, end: tuple[Any, int] | None) -> Place | None:
        return (self.place[end[0]], end[1]) if end is not None and end[0] in self.place else None

    def _words(self, number: int) -> str:
        return label(describe(self.history.event(number)), SENTENCE)

    def _with_order(self, made: Timeline) -> Timeline:
        """Add what happened before an event and after it, if the event is known."""
        history, event = self.history, self.wish.event
        if event is None or not history.first <= event < history.next_number:
            return made
        numbers = {ran.number for ran in made.slices}
        numbers.update(message.number for message in made.messages)
        numbers.update(mark.number for mark in made.marks)
        numbers.update(message.took for message in made.messages if message.took is not None)
        shown = sorted(number for number in numbers if history.first <= number < history.next_number)
        order = self.known.order([event, *shown])
        if order is None:
            return replace(made, event=event)
        return replace(
            made,
            event=event,
            before=tuple(number for number in shown if order.before(number, event)),
            after=tuple(number for number in shown if order.before(event, number)),
        )


def density_of(lab: World) -> str:
    """Return how much happened in each of :data:`BINS` parts of a run, as digits; "" where not all of it is kept.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
    ...     _ = lab.step(4)
    ...     density_of(lab)
    '9123'
    """
    if not lab.trace.complete:
        return ""
    history = history_of(lab)
    starts = [*history.starts, history.next_number]
    slices, parts = len(history.starts), min(BINS, len(history.starts))
    edges = [slices * part // parts for part in range(parts + 1)] if parts else []
    rates = [(starts[end] - starts[begin]) / (end - begin) for begin, end in pairwise(edges)]
    most = max(rates, default=0)
    return "".join(str(round(9 * rate / most)) for rate in rates)


def _order(component: Any) -> tuple[int, str]:
    """Return a sort key: the number of a component; those without one come last."""
    return task_of(component).number or 1 << 60, name_of(component)
