"""Who waits for whom, and who can wake a component that sleeps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...analysis.why_lab import Wait, waiting
from ...analysis.words import joined
from ...core.states import ASLEEP, RUNNABLE
from .base import NoQuestion
from .order_question import Draw, OrderQuestion, taking_part
from .roster import Roster
from .state_space import StateSpace

if TYPE_CHECKING:
    from ...lab import Lab

TIMER, NOTHING = "a timer", "nothing"
#: How many slices to play before a component is asked about that sleeps then, and how often to try.
BEFORE, TRIES = (1, 2, 3, 4, 5), 12


class WhoCanWake(OrderQuestion):
    """A component sleeps. Which others can wake it, in some order of slices?"""

    name = "who can wake"
    topic = "who waits for whom"

    def __init__(self, lab: Lab, space: StateSpace, path: Sequence[int], sleeper: int) -> None:
        super().__init__(lab, space)
        state = space.states_on(path)[-1]
        found = wakers(space, state, sleeper)
        if any(waker is not None and waker not in space.actors for waker in found):
            raise NoQuestion(f"A chassis can wake {space.name(sleeper)}, and a chassis is not asked about")
        named = {TIMER if waker is None else space.name(waker): rest for waker, rest in found.items()}
        others = [space.name(one) for one in taking_part(space) if one != sleeper]
        has_timers = TIMER in named or len({space.time(state) for state in space.costs}) > 1
        choices = [*others, *([TIMER] if has_timers else []), NOTHING]
        right = list(named) or [NOTHING]
        who = space.name(sleeper)
        text = f"{after_slices(space, path)}{who} sleeps. Which of these can wake it, in some order?"
        clause = f"{joined(named)} can wake {who}" if named else f"nothing wakes {who}, whatever the order"
        lines = [f"{name}: {space.in_words([*path, *rest])}" for name, rest in named.items()]
        schedules = [space.schedule([*path, *rest]) for rest in named.values()] or [space.schedule(path)]
        self.settle(text, choices, right, clause, lines=lines, schedules=schedules, several=True)


class WhomItWaitsFor(OrderQuestion):
    """A component sleeps. From which others does it wait for a message?"""

    name = "for whom it waits"
    topic = "who waits for whom"

    def __init__(
        self, lab: Lab, space: StateSpace | None, path: Sequence[int], waits: list[Wait], others: Iterable[str]
    ) -> None:
        super().__init__(lab, space)
        who = waits[0].waiter
        begin = after_slices(space, path) if space is not None else ""
        text = f"{begin}{who} sleeps. From which of these does it wait for a message?"
        right = list(dict.fromkeys(wait.on for wait in waits))
        clause = f"{who} waits for a message from {joined(right, 'or')} in {waits[0].box}"
        schedules = [space.schedule(path)] if space is not None else []
        choices = [name for name in others if name != who]
        self.settle(text, choices, right, clause, schedules=schedules, several=True)


def after_slices(space: StateSpace, path: Sequence[int]) -> str:
    """Return the beginning of a sentence: after which slices, from the start."""
    return f"After the slices {space.in_words(path)}, " if path else ""


def wakers(space: StateSpace, state: int, sleeper: int) -> dict[int | None, list[int]]:
    """Return what can wake a component that sleeps in a state; ``None`` stands for a timer.

    Returns:
        Each with the slices from that state on up to the one that wakes it.
    """
    found: dict[int | None, list[int]] = {}
    todo = deque([(state, list[int]())])
    known = {state}
    while todo:
        number, path = todo.popleft()
        for component, _, target in space.edges(number):
            if space.life(target, sleeper) is not ASLEEP:
                if space.life(target, sleeper) is RUNNABLE:
                    # Time moves when nothing can run, so the slice itself has not woken it.
                    by_time = space.time(target) != space.time(number)
                    found.setdefault(None if by_time else component, [*path, component])
            elif target not in known:
                known.add(target)
                todo.append((target, [*path, component]))
    return found


def waking_questions(lab: Lab, space: StateSpace, draw: Draw) -> Iterator[OrderQuestion]:
    """Yield questions about components that sleep: at a deadlock, here, or after some slices."""
    questions: list[OrderQuestion] = []
    at_deadlock = [*_at_deadlock(lab, space, draw)][: draw.random.randrange(2)]
    for path in [[], *[walk for _ in range(TRIES) if (walk := walked(space, draw, draw.random.choice(BEFORE)))]]:
        state = space.states_on(path)[-1]
        sleepers = [one for one in space.actors if space.life(state, one) is ASLEEP]
        # To say that nothing wakes one is a question only where something can still run.
        if not sleepers or not space.edges(state) or len(taking_part(space)) < 3:
            continue
        try:
            questions.append(WhoCanWake(lab, space, path, draw.random.choice(sleepers)))
        except NoQuestion:
            continue
        if len(questions) > 3:
            break
    shuffled = draw.shuffled(questions)
    yield from [*at_deadlock, *sorted(shuffled, key=lambda question: question.right == (NOTHING,))]


def who_can_wake(lab: Lab, space: StateSpace, component: Any) -> OrderQuestion:
    """Return the question which others can wake a component that sleeps where a lab stands.

    Raises:
        NoQuestion: it does not sleep.
    """
    for number in space.actors:
        if space.name(number) == component and space.life(space.start, number) is ASLEEP:
            return WhoCanWake(lab, space, [], number)
    raise NoQuestion(f"{component} does not sleep at step {space.begins}, so nothing can wake it")


def waits_now(lab: Lab, draw: Draw) -> Iterator[OrderQuestion]:
    """Yield questions about components that sleep where a lab stands, for one whose orders cannot be explored."""
    waits = waiting(lab).waits
    roster = Roster(lab)
    names = list(map(roster.name, roster.actors))
    for who in draw.shuffled(names):
        found = _messages([wait for wait in waits if wait.waiter == who], names)
        if found and len({wait.on for wait in found}) < len(names) - 1:
            yield WhomItWaitsFor(lab, None, [], found, names)


def _at_deadlock(lab: Lab, space: StateSpace, draw: Draw) -> Iterator[OrderQuestion]:
    states = space.wrong.get("deadlock", {})
    if not states:
        return
    path = space.path(min(states, key=lambda state: (space.costs[state], state)))
    if not path:
        return
    waits = space.waits_after(path)
    names = [space.name(one) for one in taking_part(space)]
    for who in draw.shuffled(names):
        found = _messages([wait for wait in waits if wait.waiter == who], names)
        if found and len({wait.on for wait in found}) < len(names) - 1:
            yield WhomItWaitsFor(lab, space, path, found, names)


def _messages(waits: list[Wait], names: Sequence[str]) -> list[Wait]:
    """Return for which messages a component waits; none if it waits for something else too, or it is not certain."""
    wanted = [wait for wait in waits if not wait.box.endswith(".control")]
    if any(wait.kind != "message" or not wait.sure or wait.on not in names for wait in wanted):
        return []
    return wanted if len({wait.box for wait in wanted}) == 1 else []


def walked(space: StateSpace, draw: Draw, slices: int, fewest: int | None = None) -> list[int]:
    """Return an order of so many slices that is drawn, without those of a chassis; empty if there is none.

    With ``fewest`` it may have fewer slices, where no more can run, but at least so many.
    """
    path: list[int] = []
    state = space.start
    while len(path) < slices:
        edges = [edge for edge in space.edges(state) if edge[0] in space.actors]
        if not edges:
            return path if fewest is not None and len(path) >= fewest else []
        component, _, state = draw.random.choice(edges)
        path.append(component)
    return path
