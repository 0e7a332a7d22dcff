"""Which of these outcomes are possible: values at the end, contents of an inbox after some slices, who ends first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...analysis.words import counted, joined
from ...views.printable import quoted
from .base import NoQuestion
from .conditions import ENDS
from .order_question import Draw, OrderQuestion
from .state_space import StateSpace

if TYPE_CHECKING:
    from ...lab import Lab

#: How many outcomes are offered, and how many of them are right at most.
OFFERED, RIGHT = 5, 3
#: After how many slices the contents of an inbox are asked about.
AFTER = (2, 3, 4)


@dataclass(frozen=True)
class Outcomes:
    """What a question asks about: the question, what is possible, each with an order, and what only seems to be.

    ``clause`` says of some outcomes that they are possible, after their names.
    """

    about: str
    text: str
    clause: str
    possible: dict[str, list[int]] = field(repr=False)
    seeming: list[str] = field(repr=False)


class WhichOutcomes(OrderQuestion):
    """Which of these outcomes are possible in some order of slices?"""

    name = "which outcomes"
    topic = "which outcomes"

    def __init__(self, lab: Lab, space: StateSpace, found: Outcomes, draw: Draw) -> None:
        super().__init__(lab, space)
        wrong = draw.some(found.seeming, OFFERED - 1)
        right = draw.some(found.possible, min(RIGHT, OFFERED - len(wrong[:2])))
        wrong = wrong[: OFFERED - len(right)]
        choices = sorted([*right, *wrong], key=lambda text: (len(text), text))
        lines = [f"{choice}: {space.in_words(found.possible[choice])}" for choice in choices if choice in right]
        schedules = [space.schedule(found.possible[choice]) for choice in choices if choice in right]
        ordered = [choice for choice in choices if choice in right]
        clause = f"{joined(ordered, limit=8)} {found.clause}"
        if wrong:
            clause += f"; none of the others can, {space.in_none()}"
        self.settle(found.text, choices, right, clause, lines=lines, schedules=schedules, several=True)


def outcomes(space: StateSpace, draw: Draw) -> Iterator[Outcomes]:
    """Yield what can be asked about, in a drawn order: those with several outcomes first."""
    found = [*values_at_end(space), *contents_after(space, draw), *first_to_end(space)]
    found = [one for one in draw.shuffled(found) if one.possible and one.seeming]
    yield from sorted(found, key=lambda one: len(one.possible) == 1)


def outcome_questions(lab: Lab, space: StateSpace, draw: Draw) -> Iterator[WhichOutcomes]:
    """Yield a question about each of these."""
    for found in outcomes(space, draw):
        yield WhichOutcomes(lab, space, found, draw)


def outcomes_of(space: StateSpace, about: str, draw: Draw) -> Outcomes:
    """Return the outcomes of what is named: an attribute at the end, or an inbox after some slices.

    Raises:
        NoQuestion: there is nothing of that name, or nothing but one outcome to offer.
    """
    found = list(outcomes(space, draw))
    for one in found:
        if one.about == about:
            return one
    known = joined(sorted({quoted(one.about) for one in found})) or "nothing"
    raise NoQuestion(f"which_outcomes({quoted(about)}): in these orders, only {known} can be asked about")


def values_at_end(space: StateSpace) -> Iterator[Outcomes]:
    """Yield the attributes of components whose values at the end are possible, with those that occur only before."""
    if not 0 < len(space.ends) <= ENDS:
        return
    paths = {end: space.path(end) for end in space.ends}
    before: set[int] = set()
    for path in paths.values():
        space.look_along(path)
        before |= set(space.states_on(path))
    places = {place for end in space.ends for place in space.look(end).values if place[0] in space.actors}
    for place in sorted(places):
        possible: dict[str, list[int]] = {}
        for end in space.ends:
            possible.setdefault(quoted(space.value(end, place)), paths[end])
        earlier = [space.value(state, place) for state in sorted(before)]
        if len({quoted(value) for value in earlier}) < 2:
            continue
        name = f"{space.name(place[0])}.{place[1]}"
        text = f"Which values can {name} have at the end of an order?"
        seeming = _seeming(possible, [*earlier, *_varied([space.value(end, place) for end in space.ends])])
        yield Outcomes(name, text, f"can be the value of {name} at the end", possible, seeming)


def contents_after(space: StateSpace, draw: Draw) -> Iterator[Outcomes]:
    """Yield the inboxes whose contents after some slices depend on the order."""
    for box in space.boxes():
        count = draw.random.choice(AFTER)
        layers = _layers(space, count)
        if layers is None or not layers[-1]:
            continue
        possible: dict[str, list[int]] = {}
        for state, path in layers[-1].items():
            possible.setdefault(space.content(state, box), path)
        others = [state for layer in layers[:-1] for state in layer]
        contents = dict.fromkeys(space.content(state, box) for state in [*others, *sorted(space.costs)])
        ends = [space.states_on(path)[-1] for path in possible.values()]
        texts = [space.look(state).boxes.get(box, ()) for state in ends]
        varied = [f"[{', '.join(text[::-1])}]" for text in texts if len(text) > 1]
        seeming = [text for text in dict.fromkeys([*contents, *varied]) if text not in possible]
        name, slices = space.box_name(box), counted(count, "slice")
        after = f"after {slices}"
        yield Outcomes(name, f"What can be in {name} {after}?", f"can be in {name} {after}", possible, seeming)


def first_to_end(space: StateSpace) -> Iterator[Outcomes]:
    """Yield who can be the first component to end."""
    running = [one for one in space.actors if not space.has_ended(space.start, one)]
    possible: dict[str, list[int]] = {}
    for state in space.costs:
        if any(space.has_ended(state, one) for one in running):
            continue
        for component, _, target in space.edges(state):
            ending = [one for one in running if space.has_ended(target, one)]
            if len(ending) > 1:
                return
            if ending:
                possible.setdefault(space.name(ending[0]), [*space.path(state), component])
    later = {space.name(one) for one in running if any(space.has_ended(end, one) for end in space.ends)}
    seeming = sorted(later - set(possible))
    text = "Which components can be the first to end?" if space.begins <= len(space.graph.prefix) else ""
    text = text or "Which components can be the next to end?"
    word = "first" if "first" in text else "next"
    yield Outcomes("first to end", text, f"can be the {word} to end", possible, seeming)


def _layers(space: StateSpace, count: int) -> list[dict[int, list[int]]] | None:
    """Return the states after 0, 1, 2, ... slices, each with an order; ``None`` if a chassis can run by then."""
    layers: list[dict[int, list[int]]] = [{space.start: []}]
    for _ in range(count):
        layer: dict[int, list[int]] = {}
        for state, path in layers[-1].items():
            for component, _, target in space.edges(state):
                if component not in space.actors:
                    return None
                layer.setdefault(target, [*path, component])
        layers.append(layer)
    return layers


def _seeming(possible: dict[str, list[int]], values: list[Any]) -> list[str]:
    """Return the values that are not possible, as text: those that occur before the end first."""
    return [text for text in dict.fromkeys(map(quoted, values)) if text not in possible]


def _varied(values: list[Any]) -> Iterator[Any]:
    """Yield values that are near to some: a number more or less, a list with its items in another order, or fewer."""
    for value in values:
        if type(value) is int:
            yield from (value + 1, value - 1) if value > 0 else (value + 1, value + 2)
        if type(value) is list and len(value) > 1:
            yield from (value[::-1], [*value[1:], value[0]], value[:-1])
