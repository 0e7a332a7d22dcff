"""The shortest way to something: how many slices it takes at least, and who has to run when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...analysis.words import counted, ordinal
from .base import NoQuestion
from .conditions import Condition, ended, faults, fillings
from .order_question import Draw, OrderQuestion, not_counting, taking_part
from .state_space import StateSpace

if TYPE_CHECKING:
    from ...lab import Lab

#: How many numbers are offered.
OFFERED = 5
#: How many slices a way has at most for a question.
LONGEST = 20


class FewestSlices(OrderQuestion):
    """How many slices does it take at least until something is so?"""

    name = "fewest slices"
    topic = "shortest way"

    def __init__(self, lab: Lab, space: StateSpace, condition: Condition, draw: Draw) -> None:
        super().__init__(lab, space)
        goal = goal_of(space, condition)
        path, fewest = space.path(goal), space.costs[goal]
        lowest = max(1, fewest - draw.random.randrange(OFFERED))
        numbers = range(lowest, lowest + OFFERED)
        text = f"How many slices does it take at least until {condition.clause}?"
        clause = f"it takes {counted(fewest, 'slice')}{not_counting(space, path)}: {space.in_words(path)}"
        if names := not_counting(space, path):
            text = f"{text[:-1]}{names}?"
        schedule = space.schedule(path, [condition.name] if condition.name else (), "")
        self.settle(text, [str(number) for number in numbers], [str(fewest)], clause, schedules=[schedule])


class WhoRunsInShortest(OrderQuestion):
    """Which component runs as the third one of the shortest order to something?"""

    name = "who runs in the shortest order"
    topic = "shortest way"

    def __init__(self, lab: Lab, space: StateSpace, condition: Condition, place: int) -> None:
        super().__init__(lab, space)
        goal = goal_of(space, condition)
        path = space.path(goal)
        runs = space.name([one for one in path if one in space.actors][place])
        choices = [space.name(one) for one in taking_part(space)]
        text = f"Which component has the {ordinal(place)} slice of the shortest order until {condition.clause}?"
        if names := not_counting(space, path):
            text = f"{text[:-1]}{names}?"
        shortest = counted(space.costs[goal], "slice")
        clause = f"in every order of {shortest} that leads there it is {runs}, as in {space.in_words(path)}"
        self.settle(text, choices, [runs], clause, schedules=[space.schedule(path)])


def goal_of(space: StateSpace, condition: Condition) -> int:
    """Return the nearest state in which something is so.

    Raises:
        NoQuestion: it is so in none, or already.
    """
    states = sorted(condition.states, key=lambda state: (space.costs[state], state))
    if not states:
        raise NoQuestion(f"There is no order in which {condition.clause}, so there is no shortest one")
    if not space.costs[states[0]]:
        raise NoQuestion(f"Here {condition.clause} already")
    return states[0]


def shortest_questions(lab: Lab, space: StateSpace, draw: Draw) -> Iterator[OrderQuestion]:
    """Yield questions about the shortest way: to what goes wrong first, then to others, in a drawn order."""
    endings = [ended(space, one) for one in draw.shuffled(space.actors) if not space.has_ended(space.start, one)]
    wrong = [condition for condition in faults(space) if condition.states]
    for condition in [*draw.shuffled(wrong), *draw.shuffled([*endings, *fillings(space, draw)])]:
        if not condition.states or not 2 <= min(space.costs[state] for state in condition.states) <= LONGEST:
            continue
        found: list[OrderQuestion] = [FewestSlices(lab, space, condition, draw)]
        places = only_one_can_run(space, condition)
        if len(places) > 0 and len(taking_part(space)) > 1:
            found.append(WhoRunsInShortest(lab, space, condition, draw.random.choice(places)))
        yield from draw.shuffled(found)


def only_one_can_run(space: StateSpace, condition: Condition) -> list[int]:
    """Return the places at which the same component runs in all shortest orders, in which another one could run."""
    goal = goal_of(space, condition)
    fewest = space.costs[goal]
    on_way = {state for state in condition.states if space.costs[state] == fewest}
    todo, before = list(on_way), dict[int, list[tuple[int, int]]]()
    for state, cost in space.costs.items():
        for component, _, target in space.edges(state):
            if space.costs[target] == cost + (component in space.actors):
                before.setdefault(target, []).append((state, component))
    runs: dict[int, set[int]] = {}
    others: set[int] = set()
    while todo:
        target = todo.pop()
        for state, component in before.get(target, ()):
            if component in space.actors:
                runs.setdefault(space.costs[state], set()).add(component)
                if len({one for one, _, _ in space.edges(state) if one in space.actors}) > 1:
                    others.add(space.costs[state])
            if state not in on_way:
                on_way.add(state)
                todo.append(state)
    return sorted(place for place, found in runs.items() if len(found) == 1 and place in others)
