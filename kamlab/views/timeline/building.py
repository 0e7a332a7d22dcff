"""From what was seen in a window of steps to a space-time diagram of it: who gets a line, and what is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...core.events import describe, name_of
from ...core.world import World
from ..components import key_of
from ..quoting import label
from .known import Known, known_around
from .model import OUTSIDE, Lifeline, Mark, Passage, Place, Ran, Timeline
from .names import Names
from .seeing import Seen, Way

#: How many lifelines are shown unless told, and how many messages and marks at most: the newest.
LINES = 24
MESSAGES = 200
MARKS = 200
#: How long the text of a message, and of a mark, may be.
TEXT = 40
SENTENCE = 100


def timeline_of(
    lab: World,
    first: int | None = None,
    last: int | None = None,
    at: int | None = None,
    event: int | None = None,
    lines: int = LINES,
) -> Timeline:
    """Return the space-time diagram of a lab, between two slices; one that runs may be looked at too.

    Args:
        lab: the lab.
        first: the first step to show.
        last: the last step to show. What is not told of the two is chosen so that 40 steps are shown; without
            both it is the last 40, or 40 steps around ``at``. At most 400 are shown, and only what is known.
        at: the step that is looked at; where the lab stands unless told.
        event: the number of an event: what happened before it and after it is told as well, unless it is more than
            20,000 events away from what is shown.
        lines: how many lifelines to show at most; those that did most in these steps.

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
    ...     [(each.text, each.box, each.fate) for each in timeline_of(lab).messages][:1]
    [("'hello'", 'Keep_3.inbox', 'taken')]
    """
    with lab.lock:
        known = known_around(lab, first, last, at, event)
        drawing = _Drawing(known, lines)
        return drawing.timeline(known.latest if at is None else at, lab.scheduler.step, event)


class _Drawing:
    """A diagram of what was seen, with so many lifelines."""

    def __init__(self, known: Known, lines: int) -> None:
        self.known = known
        self.history = known.history
        self.seen = Seen(known)
        self.names = Names(TEXT)
        self.shown, self.more = self._chosen(lines)
        self.place = {component: index for index, component in enumerate(self.shown)}

    def timeline(self, at: int, here: int, event: int | None) -> Timeline:
        """Return the diagram."""
        known, place = self.known, self.place
        ways = [each for each in self.seen.ways if self._has_end(each)]
        marks = [each for each in self.seen.marks if each[1] in place][-MARKS:]
        made = Timeline(
            first=known.first,
            last=known.last,
            earliest=known.earliest,
            latest=known.latest,
            at=at,
            here=here,
            lines=tuple(map(self._lifeline, self.shown)),
            more=self.more,
            slices=tuple(Ran(step, place[who], number) for step, who, number in self.seen.slices if who in place),
            messages=tuple(map(self._passage, ways[-MESSAGES:])),
            more_messages=max(0, len(ways) - MESSAGES),
            marks=tuple(Mark(number, place[who], step, kind, self._words(number)) for number, who, step, kind in marks),
        )
        return self._with_order(made, event)

    def _chosen(self, lines: int) -> tuple[list[Any], int]:
        """Return who gets a lifeline, in order, and how many do not; ``None`` is the outside, and does not count."""
        did = self.seen.did
        everyone = [component for component in did if component is not None]
        shown = everyone
        if len(everyone) > lines:
            shown = sorted(everyone, key=lambda each: (-did[each], _order(each)))[: max(0, lines)]
        outside = [None] if None in did else []
        return [*outside, *sorted(shown, key=_order)], len(everyone) - len(shown)

    def _has_end(self, way: Way) -> bool:
        return any(end is not None and end[0] is not None and end[0] in self.place for end in (way.start, way.end))

    def _lifeline(self, component: Any) -> Lifeline:
        if component is None:
            return Lifeline(OUTSIDE, "outside")
        return Lifeline(key_of(component), self.names.of(component))

    def _passage(self, way: Way) -> Passage:
        return Passage(
            way.number,
            way.took,
            self._placed(way.start),
            self._placed(way.end),
            self.names.of_box(way.box),
            self.names.of_message(way.message, self.history.said(way.number)),
            way.fate,
        )

    def _placed(self, end: tuple[Any, int] | None) -> Place | None:
        return (self.place[end[0]], end[1]) if end is not None and end[0] in self.place else None

    def _words(self, number: int) -> str:
        return label(describe(self.history.event(number)), SENTENCE)

    def _with_order(self, made: Timeline, event: int | None) -> Timeline:
        """Add what happened before an event, and after it, if it is known."""
        history = self.history
        if event is None or not history.first <= event < history.next_number:
            return made
        numbers = {each.number for each in made.slices}
        numbers.update(each.number for each in made.messages)
        numbers.update(each.number for each in made.marks)
        numbers.update(each.took for each in made.messages if each.took is not None)
        shown = sorted(number for number in numbers if history.first <= number < history.next_number)
        order = self.known.order([event, *shown])
        if order is None:
            return replace(made, event=event)
        return replace(
            made,
            event=event,
            before=tuple(each for each in shown if order.before(each, event)),
            after=tuple(each for each in shown if order.before(event, each)),
        )


def _order(component: Any) -> tuple[int, str]:
    """Return what to sort components by: their numbers; who has none yet comes last."""
    return component._number or 1 << 60, name_of(component)
