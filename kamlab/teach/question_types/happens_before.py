"""Did one event happen before another, or are they concurrent?

Happened-before is Lamport's relation (L. Lamport, "Time, clocks, and the ordering of events in a distributed system",
1978), as one draws it on paper: what a component does comes in order, and a message is sent before it is taken. The
engine's own order (:mod:`kamlab.analysis.causality`) also counts that one component wakes another. Where the two differ
nothing is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...analysis.causality import causality_of
from ...core.describe import name_of
from ...core.events import RECEIVED, SENT, Event
from ...core.origins import fresh_kept
from ...views.printable import label, quoted
from .base import NoQuestion
from .order_question import Draw, OrderQuestion
from .roster import is_chassis
from .state_space import StateSpace
from .waiting import walked

if TYPE_CHECKING:
    from ...lab import Lab

#: The answers, and their short forms.
BEFORE, AFTER, CONCURRENT = "A happened before B", "B happened before A", "A and B are concurrent"
SHORT = {"before": BEFORE, "after": AFTER, "concurrent": CONCURRENT}
#: The latest events that are asked about, how many slices an order has that is played to ask about,
#: how many at least, and how many tries.
LATEST, SLICES, SHORTEST, TRIES = 60, (7, 10), 4, 6


class Drawing:
    """The messages sent and taken in a run, and what happened before what, as drawn on paper."""

    def __init__(self, lab: Lab) -> None:
        self.order = causality_of(lab)
        self.events: list[Event] = [event for event in lab.trace.events() if event.kind in (SENT, RECEIVED)]
        self._place = {event.number: place for place, event in enumerate(self.events)}
        self._before: list[list[int]] = []
        last: dict[int, int] = {}
        for place, event in enumerate(self.events):
            who = id(_who(event))
            before = [last[who]] if who in last else []
            if event.kind == RECEIVED:
                causes = [cause.number for cause in self.order.causes(event) if cause.kind == SENT]
                before += [self._place[number] for number in causes if number in self._place]
            self._before.append(before)
            last[who] = place

    def chain(self, one: int, other: int) -> list[int]:
        """Return the events of a chain from one event to a later one, or nothing if there is none."""
        came_from = {other: other}
        todo = [other]
        while todo:
            place = todo.pop(0)
            for before in self._before[place]:
                if before not in came_from:
                    came_from[before] = place
                    todo.append(before)
        if one not in came_from:
            return []
        found = [one]
        while found[-1] != other:
            found.append(came_from[found[-1]])
        return found

    def relation(self, one: int, other: int) -> str:
        """Return how two events, the earlier one in the run first, are related; "" if that can be disputed."""
        if self.chain(one, other):
            return BEFORE
        return CONCURRENT if self.order.concurrent(self.events[one], self.events[other]) else ""

    def places(self) -> list[int]:
        """Return the places of the latest events that can be told apart, without those of a chassis."""
        texts = [in_words(event) for event in self.events]
        latest = range(max(0, len(texts) - LATEST), len(texts))
        return [
            place
            for place in latest
            if texts.count(texts[place]) == 1 and not is_chassis(type(_who(self.events[place])))
        ]


class HappensBefore(OrderQuestion):
    """Did one event of a run happen before another one, or are they concurrent?"""

    name = "happens before"
    topic = "happens before"

    def __init__(
        self,
        lab: Lab,
        drawing: Drawing,
        one: int,
        other: int,
        swapped: bool,
        order: tuple[StateSpace, Sequence[int]] | None,
    ) -> None:
        super().__init__(lab, None)
        relation = drawing.relation(one, other)
        chain = [drawing.events[place] for place in drawing.chain(one, other)]
        first, second = (other, one) if swapped else (one, other)
        self.details: tuple[str, ...] = tuple(
            f"{letter}: {in_words(drawing.events[place])}" for letter, place in (("A", first), ("B", second))
        )
        right = AFTER if swapped and relation == BEFORE else relation
        schedules = []
        if order is None:
            self.where: str = f"In the run up to step {lab.step_number}."
        else:
            space, path = order
            self.where = f"In a run in this order: {space.in_words([*space.played, *path])}."
            schedules = [space.schedule(path)]
        text = "Did A happen before B, B before A, or are they concurrent?"
        clause = "they are concurrent: no chain of messages leads from one of them to the other"
        if chain:
            clause = f"{right}, as this chain shows"
        lines = [label(str(event), 120) for event in chain]
        self.settle(text, (BEFORE, AFTER, CONCURRENT), (right,), clause, lines=lines, schedules=schedules)

    def read(self, given: Any) -> Any:
        """Return the choice that is meant; "before", "after" and "concurrent" mean one, too."""
        return super().read(SHORT.get(given, given) if type(given) is str else given)


def in_words(event: Event) -> str:
    """Say which message was sent where, or taken by which component."""
    message = quoted(event.message) if event.said is None else label(event.said, 60)
    if event.kind == SENT:
        return f"{name_of(event.source.owner)} sends {message} to {name_of(event.box.owner)}.{event.box.name}"
    return f"{name_of(event.box.owner)} takes {message} from its {event.box.name!r}"


def happens_before_questions(lab: Lab, space: StateSpace | None, draw: Draw) -> Iterator[HappensBefore]:
    """Yield questions about the run so far, or if it is too short, about an order that is drawn."""
    found = drawn_from(lab, draw, None)
    if found is not None:
        yield found
        return
    for _ in range(TRIES if space is not None else 0):
        assert space is not None
        path = walked(space, draw, draw.random.randint(*SLICES), fewest=SHORTEST)
        found = _in_an_order(lab, space, path, draw) if path else None
        if found is not None:
            yield found


def _in_an_order(lab: Lab, space: StateSpace, path: list[int], draw: Draw) -> HappensBefore | None:
    """Return a question about an order, which is played in a lab of its own.

    A twin would not do: where components are chosen under round robin, several slices are one round, in which wake-ups
    come later.
    """
    schedule = space.schedule(path)
    with fresh_kept():
        played = schedule.open()
        try:
            return drawn_from(played, draw, (space, path))
        finally:
            played.stop()


def drawn_from(lab: Lab, draw: Draw, order: tuple[StateSpace, Sequence[int]] | None) -> HappensBefore | None:
    """Return a question about two events of different components of a run, if it has some of both kinds of answer."""
    drawing = Drawing(lab)
    places = drawing.places()
    pairs = [
        (one, other)
        for one in places
        for other in places
        if one < other and _who(drawing.events[one]) is not _who(drawing.events[other])
    ]
    by_relation: dict[str, list[tuple[int, int]]] = {}
    for pair in draw.some(pairs, 60):
        by_relation.setdefault(drawing.relation(*pair), []).append(pair)
    by_relation.pop("", None)
    if len(by_relation) < 2:
        return None
    right = draw.random.choice((BEFORE, AFTER, CONCURRENT))
    found = by_relation[CONCURRENT if right == CONCURRENT else BEFORE]
    # That a message is sent before it is taken is the easiest case.
    one, other = draw.random.choice([pair for pair in found if len(drawing.chain(*pair)) != 2] or found)
    swapped = right == AFTER or (right == CONCURRENT and draw.random.random() < 0.5)
    return HappensBefore(lab, drawing, one, other, swapped, order)


def asked_about(lab: Lab, one: Event, other: Event) -> HappensBefore:
    """Return the question about two events of the run of a lab.

    Raises:
        NoQuestion: they are not two messages sent or taken in it, or it can be disputed.
    """
    drawing = Drawing(lab)
    numbers = [event.number for event in drawing.events]
    try:
        places = [numbers.index(one.number), numbers.index(other.number)]
    except (ValueError, AttributeError):
        raise NoQuestion("Give two events of this lab in which a message was sent or taken") from None
    early, late = sorted(places)
    if early == late or not drawing.relation(early, late):
        raise NoQuestion("These two are one event, or one follows the other without a message: that is not asked")
    return HappensBefore(lab, drawing, early, late, places[0] == late, None)


def _who(event: Event) -> Any:
    return event.source.owner if event.kind == SENT else event.box.owner
