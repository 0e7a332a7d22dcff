"""Priority inversion: an urgent task waits for a lock, and the task that holds the lock is not dispatched.

The processor and the lock are one component, so its messages alone show what it was told and which task it
dispatched: the tasks send ``(who, action)``, the processor sends "go". Whatever changes inside the processor, only
these messages count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...core.component import Component
from ..exercise import exercise
from ..runs import Run, Wrong, runs
from .traffic import of_type

#: How many schedules to try.
SCHEDULES = 1000

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
)
def check(system: Callable[[], Component]) -> str:
    """While the urgent task waits for the lock, no task is dispatched that does not hold it."""
    for run in runs(system, SCHEDULES):
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
    return f"In {SCHEDULES} schedules nothing came between high and the lock it waited for."


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
        raise Wrong(f"{words}; {chosen} {_of_the_lock(chosen, look)}.", run, step)


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
