"""Is there an order in which something happens, and does it happen in every order?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...analysis.words import joined
from ...views.printable import quoted
from .base import NoQuestion
from .conditions import FAULTS, Condition, ended_before, endings, fault, faults, fillings, holds
from .order_question import NO, YES, Draw, OrderQuestion
from .outcomes import values_at_end
from .state_space import StateSpace

if TYPE_CHECKING:
    from ...lab import Lab


class IsThereAnOrder(OrderQuestion):
    """Is there an order of slices in which something is so, at some point or at the end?"""

    name = "is there an order"
    topic = "is there an order"

    def __init__(self, lab: Lab, space: StateSpace, condition: Condition) -> None:
        super().__init__(lab, space)
        text = f"Is there an order in which, at some point, {condition.clause}?"
        clause = f"{space.counted_orders()} there is no such point{condition.hint}"
        if condition.at_end:
            text = f"Is there an order at the end of which {condition.clause}?"
            clause = f"{space.counted_orders()} the end is different"
        if not condition.states:
            self.settle(text, (YES, NO), (NO,), clause)
            return
        state = min(condition.states, key=lambda state: (space.costs[state], state))
        path = space.path(state)
        names = [condition.name] if condition.name else []
        schedule = space.schedule(path, names, space.wrong.get(condition.name, {}).get(state, ""))
        found = f"there is one: {space.in_words(path) or 'it is so already'}"
        self.settle(text, (YES, NO), (YES,), found, schedules=[schedule])


class IsItInEveryOrder(OrderQuestion):
    """Is something so at the end of every order?"""

    name = "is it in every order"
    topic = "is there an order"

    def __init__(self, lab: Lab, space: StateSpace, condition: Condition) -> None:
        super().__init__(lab, space)
        text = f"Does every order end so that {condition.clause}?"
        others = [end for end in space.ends if end not in condition.states]
        if not others:
            self.settle(text, (YES, NO), (YES,), f"{space.counted_orders()} it is so")
            return
        path = space.path(min(others, key=lambda state: (space.costs[state], state)))
        clause = f"in this order it is not: {space.in_words(path)}"
        self.settle(text, (YES, NO), (NO,), clause, schedules=[space.schedule(path)])


def some_order_questions(lab: Lab, space: StateSpace, draw: Draw) -> Iterator[OrderQuestion]:
    """Yield questions whose answer is the one that is preferred first, then the others, each in a drawn order."""
    questions: list[OrderQuestion] = []
    conditions = [*faults(space), *_first(endings(space, draw), 6), *_first(fillings(space, draw), 6)]
    for condition in conditions:
        # What is so already is no question, and that an inbox can hold a message is an easy one.
        is_easy = condition.states and condition.clause.endswith("holds 1 message")
        if space.start not in condition.states and not is_easy:
            questions.append(IsThereAnOrder(lab, space, condition))
    questions += _about_values(lab, space, draw)
    preferred = YES if draw.prefers_yes else NO
    shuffled = draw.shuffled(questions)
    yield from sorted(shuffled, key=lambda question: question.right != preferred)


def _about_values(lab: Lab, space: StateSpace, draw: Draw) -> Iterator[OrderQuestion]:
    """Yield questions about the values of attributes at the end."""
    for found in values_at_end(space):
        possible, seeming = draw.shuffled(found.possible), draw.shuffled(found.seeming)
        for text in [*possible[:1], *seeming[:1]]:
            states = [end for end in space.ends if quoted(space.value(end, _place(space, found.about))) == text]
            condition = Condition(f"{found.about} is {text}", frozenset(states), at_end=True)
            yield IsThereAnOrder(lab, space, condition)
            if space.is_acyclic and text in found.possible:
                yield IsItInEveryOrder(lab, space, condition)


def _place(space: StateSpace, about: str) -> tuple[int, str]:
    name, _, attribute = about.rpartition(".")
    return space.explored.names.index(name), attribute


def _first(found: Iterator[Condition], count: int) -> list[Condition]:
    return [condition for condition, _ in zip(found, range(count), strict=False)]


def condition_of(space: StateSpace, what: object) -> Condition:
    """Return the condition that a caller means.

    Args:
        space: the orders.
        what: ``"deadlock"``, ``"lost wake-up"`` or ``"failure"``; a pair of names, of which the first one has ended
            and the second one has not; or the name of an inbox and how many messages it holds.

    Raises:
        NoQuestion: it means none of these.
    """
    if type(what) is str and what in FAULTS:
        return fault(space, what)
    if type(what) is tuple and len(what) == 2 and type(what[0]) is str:
        one, other = what
        actors = {space.name(number): number for number in space.actors}
        boxes = {space.box_name(box): box for box in space.boxes()}
        if one in actors and type(other) is str and other in actors and one != other:
            return ended_before(space, actors[one], actors[other])
        if one in boxes and type(other) is int and other > 0:
            return holds(space, boxes[one], other)
    meant = f"{joined(map(repr, FAULTS))}, a pair of components, or an inbox in use and a number of messages"
    raise NoQuestion(f"{quoted(what)} cannot be asked about; give one of {meant}")
