"""Back-pressure: a producer that is faster than its consumer, and what waits between them.

The queue may be in the consumer's inbox, where the trace shows it. It may also be moved out of sight: into
another component, or into a list of the producer's own. So the numbers that are made and not yet done are counted
as well, after each slice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...core.component import Component
from ...core.events import Event
from ..actions import RUNS, SENDS, TAKES, Action, Monitor
from ..exercise import exercise
from ..playing import play
from ..runs import Run, Wrong
from .traffic import of_type

#: The parts of the exercise, which give points of their own.
PARTS = ("the queue is short and nothing is lost", "no number is made before there is room, or by the clock")
#: How many numbers the producer makes, and how many slices the work on each takes at least.
COUNT, SLICES_EACH = 12, 4
#: How many may wait in the inbox; and how many may be under way: those, one at work, one that the producer holds.
ROOM = 3
UNDER_WAY = ROOM + 2
#: With so many slices for each number a producer does not sleep while it waits. Two are enough.
POLLING = 3


def happened(run: Run) -> str:
    """Describe when too many messages waited in the consumer's inbox; "" if they never did."""
    return _overrun(run.lab.trace.events(), run.made[1])[0]


def _overrun(events: list[Event], consumer: Component) -> tuple[str, int]:
    """Return the longest length of the consumer's queue, and the step in which it was first too long."""
    length = longest = first = 0
    for event in events:
        if event.kind == "sent" and event.box.owner is consumer and event.box.name == "inbox":
            length += 1
        elif event.kind == "received" and event.component is consumer and event.box.name == "inbox":
            length -= 1
        if length > ROOM and not first:
            first = event.step
        longest = max(longest, length)
    if not first:
        return "", 0
    grew = f", and later as many as {longest}" if longest > ROOM + 1 else ""
    where = f"in the inbox of {consumer.short_name} in step {first}"
    return f"{ROOM + 1} numbers waited {where}{grew}; at most {ROOM} may.", first


class Flow(NamedTuple):
    """How many numbers were made, are done, and wait in the consumer's inbox."""

    made: int = 0
    done: int = 0
    waiting: int = 0


class UnderWay(Monitor):
    """The queue is never too long, and no number is made before there is room for it, or done before it has come."""

    attributes = ("made", "done")

    def start(self) -> Flow:
        """Return the numbers at first."""
        return Flow()

    def see(self, state: Flow, action: Action) -> Flow:
        """Return the numbers after an action."""
        to = action.to
        if action.kind == SENDS and to is not None and to.is_a("Consumer") and action.box == "inbox":
            state = state._replace(waiting=state.waiting + 1)
            if state.waiting > ROOM:
                where = f"in the inbox of {to} in step {{step}}"
                raise Wrong(f"{state.waiting} numbers waited {where}; at most {ROOM} may.")
        elif action.kind == TAKES and action.by.is_a("Consumer") and action.box == "inbox":
            state = state._replace(waiting=state.waiting - 1)
        elif action.kind == RUNS and action.by.is_a("Producer") and isinstance(action.now.get("made"), int):
            state = state._replace(made=action.now["made"])
        elif action.kind == RUNS and action.by.is_a("Consumer") and isinstance(action.now.get("done"), tuple):
            state = state._replace(done=len(action.now["done"]))
        if action.kind == RUNS and state.made - state.done > UNDER_WAY:
            rest = state.made - state.done - state.waiting
            where = f"{state.waiting} waited in the inbox and {rest} somewhere else, where there may be 2"
            raise Wrong(f"{state.made} numbers were made and {state.done} done in step {{step}}; {where}.", part=1)
        return state


@exercise(
    "back-pressure",
    takes="a function that activates the system and returns its producer and its consumer",
    points=2,
    seconds=20,
    parts=PARTS,
)
def check(system: Callable[[], Any]) -> str:
    """In every order at most 3 numbers wait in the consumer's inbox, and all twelve are done once, in order.

    No number is made before there is room for it, the producer sleeps while it waits, not by the clock, and the work
    takes as long as before. How the producer learns that there is room is not looked at.
    """
    played = play(system, _judge, monitor=UnderWay(), early=False)
    return f"{played} at most {ROOM} numbers waited, and all {COUNT} were done."


def _judge(run: Run, _: Flow) -> None:
    _is_as_asked(run)
    events = run.lab.trace.events()
    overrun, step = _overrun(events, run.made[1])
    if overrun:
        raise Wrong(overrun, run, step)
    _arrives(run)
    _work_is_as_long(run, events)
    _sleeps_meanwhile(run, events)


def _is_pair(made: Any) -> bool:
    if not (isinstance(made, tuple) and len(made) == 2 and all(isinstance(part, Component) for part in made)):
        return False
    return isinstance(getattr(made[0], "made", None), int) and isinstance(getattr(made[1], "done", None), list)


def _is_as_asked(run: Run) -> None:
    if not _is_pair(run.made):
        what = of_type(run.made)
        raise Wrong(f"cured() must return the producer and the consumer, as broken() does. It returned {what}.")
    if run.outcome.reason == "max_steps":
        raise Wrong(f"The system does not come to rest: it still runs after {run.step} slices.", run)


def _arrives(run: Run) -> None:
    """Raise Wrong if not all numbers were made, and then done, once and in order."""
    producer, consumer = run.made
    if producer.made < COUNT:
        how = "sleeps forever" if producer.asleep else "has ended"
        raise Wrong(f"{producer.short_name} made {producer.made} numbers of {COUNT} and {how}.", run)
    lost = [number for number in range(1, COUNT + 1) if number not in consumer.done]
    if lost:
        numbers = ", ".join(map(str, lost))
        raise Wrong(f"Lost on the way: {numbers}. {producer.short_name} made them, and they never arrived.", run)
    if consumer.done != list(range(1, COUNT + 1)):
        raise Wrong(f"Each number must be done once, and in order. These were done: {consumer.done}.", run)


def _work_is_as_long(run: Run, events: list[Event]) -> None:
    slices = _slices(events, run.made[1])
    if slices < COUNT * SLICES_EACH:
        less = f"{COUNT} numbers were done in {slices} slices"
        raise Wrong(f"The consumer's work must take as long as before, {SLICES_EACH} slices a number: {less}.", run)


def _sleeps_meanwhile(run: Run, events: list[Event]) -> None:
    """Raise Wrong if the producer waits by looking again and again, or by the clock."""
    producer = run.made[0]
    if any(event.kind == "timer" for event in events):
        late = "That is too early if the consumer takes longer one day, and otherwise too late"
        raise Wrong(f"{producer.short_name} waits for a time on the clock, not for room. {late}.", run, part=1)
    slices = _slices(events, producer)
    if slices > POLLING * COUNT:
        busy = f"it had {slices} slices for {COUNT} numbers"
        raise Wrong(f"{producer.short_name} does not sleep while it waits: {busy}.", run)


def _slices(events: list[Event], component: Component) -> int:
    return sum(event.kind == "resumed" and event.component is component for event in events)
