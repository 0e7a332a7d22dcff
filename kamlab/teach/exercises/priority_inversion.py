"""Priority inversion: an urgent task waits for a lock, and the task that holds the lock is not dispatched.

The processor and the lock are one component, so its messages alone show what it was told and which task it
dispatched: the tasks send ``(who, action)``, the processor sends "go". Whatever changes inside the processor, only
these messages count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ...core.component import Component
from ..actions import RUNS, SENDS, TAKES, Action, Monitor
from ..exercise import exercise
from ..playing import play
from ..runs import Run, Wrong
from .traffic import of_type

#: The parts of the exercise, which give points of their own.
PARTS = ("nothing comes between high and the lock", "otherwise the most urgent task is dispatched")
PRIORITY = {"low": 1, "middle": 2, "high": 3}
SCRIPTS = {
    "low": ["take", "work", "work", "free", "work", "end"],
    "middle": ["work"] * 5 + ["end"],
    "high": ["take", "work", "free", "end"],
}


class _Look:
    """What the processor knows when it dispatches: the tasks, the holder of the lock, and those that wait for it."""

    def __init__(self) -> None:
        self.done: dict[str, list[str]] = {}
        self.holder: str | None = None
        self.queue: list[str] = []
        self.had_waited = False
        self.running: str | None = None

    def take_in(self, who: str, action: str) -> None:
        """Note what a task reports."""
        if action == "come":
            self.done[who] = []
            return
        self.running = None
        self.done.setdefault(who, []).append(action)
        if action == "take" and self.holder is not None:
            self.queue.append(who)
            self.had_waited = True
        elif action == "take":
            self.holder = who
        elif action == "free":
            self.holder = self.queue.pop(0) if self.queue else None

    def passed_over(self, chosen: str) -> str | None:
        """Return the most urgent ready task, if it is more urgent than the one that was dispatched."""
        ready = [who for who, done in self.done.items() if "end" not in done and who not in self.queue]
        best = max(ready, key=lambda who: PRIORITY.get(who, 0), default=chosen)
        return best if PRIORITY.get(best, 0) > PRIORITY.get(chosen, 0) else None


class Desk(NamedTuple):
    """What the processor knows: what each task has done, who holds the lock, who waits for it, and who is at work."""

    done: tuple[tuple[str, int], ...] = ()
    ended: frozenset[str] = frozenset()
    freed: frozenset[str] = frozenset()
    holder: str = ""
    queue: tuple[str, ...] = ()
    running: str = ""


class Dispatches(Monitor):
    """The lock is a lock, and each dispatch is right. The state is what the processor knows from messages."""

    def start(self) -> Desk:
        """Return what it knows at first."""
        return Desk()

    def see(self, state: Desk, action: Action) -> Desk:
        """Return what it knows after an action."""
        if not action.by.is_a("Books") and not action.by.is_a("Processor"):
            return state
        if action.kind == TAKES and isinstance(action.message, tuple) and len(action.message) == 2:
            return _told(state, *action.message)
        if action.kind == SENDS and action.message == "go" and action.to is not None:
            _may_dispatch(state, action.to.name)
            return state._replace(running=action.to.name)
        if action.kind == RUNS and action.asleep and not action.waiting:
            _may_sleep(state, action.by.name)
        return state


def _told(desk: Desk, who: str, action: str) -> Desk:
    """Return what the processor knows when a task has told it what it did."""
    done = dict(desk.done)
    done[who] = done.get(who, -1) + 1
    desk = desk._replace(done=tuple(sorted(done.items())))
    if action == "come":
        return desk
    desk = desk._replace(running="")
    if action == "take":
        return desk._replace(queue=(*desk.queue, who)) if desk.holder else desk._replace(holder=who)
    if action == "free":
        first, rest = (desk.queue[0], desk.queue[1:]) if desk.queue else ("", ())
        return desk._replace(holder=first, queue=rest, freed=desk.freed | {who})
    return desk._replace(ended=desk.ended | {who}) if action == "end" else desk


def _may_dispatch(desk: Desk, chosen: str) -> None:
    """Raise Wrong if a task must not be dispatched."""
    if chosen in desk.queue:
        holder = f"{desk.holder} holds it and has not freed it"
        raise Wrong(f"{chosen} was dispatched although it waits for the lock: {holder}.")
    if desk.running:
        raise Wrong(f"There is one processor, but {chosen} was dispatched while {desk.running} was still at work.")
    if "high" in desk.queue and chosen == "middle":
        raise Wrong(
            f"While high waited for the lock, which {desk.holder} held, middle was dispatched in step {{step}}."
        )


def _may_sleep(desk: Desk, processor: str) -> None:
    """Raise Wrong if the processor sleeps although a task could be dispatched."""
    ready = [who for who, _ in desk.done if who not in desk.ended and who not in desk.queue]
    if ready and not desk.running:
        could = f"{' and '.join(ready)} could be dispatched"
        raise Wrong(f"The {processor} sleeps after step {{step}}, although {could} and no task is at work.", part=1)


#: The step, a task, and the action that it reported; or "", where the processor dispatched it.
Deed = tuple[int, str, str]


def _deeds(run: Run) -> list[Deed]:
    """Read from the trace what the tasks reported, and which of them were dispatched."""
    deeds = []
    for event in run.lab.trace.events():
        if event.component is not run.made:
            continue
        if event.kind == "received" and isinstance(event.message, tuple):
            who, action = event.message[:2]
            deeds.append((event.step, who, action))
        elif event.kind == "sent" and event.message == "go":
            deeds.append((event.step, getattr(event.box.owner, "who", ""), ""))
    return deeds


def _dispatches(deeds: list[Deed]) -> Iterator[tuple[str, _Look, int]]:
    """Yield each dispatch: the task, the state at that time, and the step."""
    look = _Look()
    for step, who, action in deeds:
        if action:
            look.take_in(who, action)
        else:
            yield who, look, step
            look.running = who


def happened(run: Run) -> str:
    """Describe how often the middle task was dispatched while the high one waited for the lock; "" if it was not."""
    return _inverted(_deeds(run))[0]


def _inverted(deeds: list[Deed]) -> tuple[str, int]:
    """Describe how often the middle task was dispatched while the high one waited; also return the first such step."""
    waited = [(chosen, step) for chosen, look, step in _dispatches(deeds) if "high" in look.queue]
    middle = [step for chosen, step in waited if chosen == "middle"]
    if not middle:
        return "", 0
    low = f"low, which held it, was dispatched {sum(chosen == 'low' for chosen, _ in waited)} times"
    words = f"While high waited for the lock, {low}, and middle, which needs no lock, {len(middle)} times."
    return words, middle[0]


@exercise(
    "priority-inversion",
    takes="a function that activates the system and returns its processor",
    points=2,
    seconds=20,
    parts=PARTS,
)
def check(system: Callable[[], Component]) -> str:
    """In every order middle is not dispatched while high waits for the lock, and the lock stays a lock.

    Otherwise the most urgent of the ready tasks is dispatched, or the one that holds the lock, and all of them come to
    their end. Whatever changes inside the processor, only its messages count.
    """
    played = play(system, _judge, monitor=Dispatches(), ignore=["Books.log"])
    return f"{played} nothing came between high and the lock it waited for."


def _judge(run: Run, _: Desk) -> None:
    if not isinstance(run.made, Component):
        what = of_type(run.made)
        raise Wrong(f"cured() must return the processor, a component. It returned {what}.")
    if run.outcome.reason == "max_steps":
        raise Wrong(f"The system does not come to rest: it still runs after {run.step} slices.", run)
    deeds = _deeds(run)
    _keeps_the_lock(run, deeds)
    inverted, step = _inverted(deeds)
    if inverted:
        raise Wrong(inverted, run, step)
    _all_is_done(run, deeds)
    _keeps_the_order(run, deeds)


def _keeps_the_lock(run: Run, deeds: list[Deed]) -> None:
    """Raise Wrong if a task is dispatched that waits for the lock, or two at once."""
    for chosen, look, step in _dispatches(deeds):
        if chosen in look.queue:
            holder = f"{look.holder} holds it and has not freed it"
            raise Wrong(f"{chosen} was dispatched although it waits for the lock: {holder}.", run, step)
        if look.running is not None:
            pair = f"{chosen} was dispatched while {look.running} was still at work"
            raise Wrong(f"There is one processor, but {pair}.", run, step)


def _keeps_the_order(run: Run, deeds: list[Deed]) -> None:
    """Raise Wrong if a less urgent task is dispatched although the lock is no reason to."""
    for chosen, look, step in _dispatches(deeds):
        better = look.passed_over(chosen)
        if better is None or chosen == look.holder:
            continue
        words = f"{chosen} was dispatched before {better}, which is more urgent"
        raise Wrong(f"{words}; {chosen} {_of_the_lock(chosen, look)}.", run, step, part=1)


def _of_the_lock(who: str, look: _Look) -> str:
    """Describe why the lock is no reason to let a task go first."""
    if "free" not in look.done.get(who, []):
        return "did not hold the lock"
    return f"had freed the lock already, for which {'high' if look.had_waited else 'no other task'} had waited"


def _all_is_done(run: Run, deeds: list[Deed]) -> None:
    """Raise Wrong if a task has not done exactly its script."""
    for who, script in SCRIPTS.items():
        did = [action for _, name, action in deeds if name == who and action not in ("", "come")]
        if did == script[: len(did)] and len(did) < len(script):
            last = f"its last action was {did[-1]!r}" if did else "it did nothing"
            raise Wrong(f"{who} never came to its end: {last}, and then it was not dispatched any more.", run)
        if did != script:
            raise Wrong(f"The tasks must stay as they are. {who} did {', '.join(did)}; its script has other actions.")
