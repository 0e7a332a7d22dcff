"""Priority inversion: an urgent task waits for a lock, and what holds the lock gets no turn.

The processor and the lock are one component, so what it was told and whom it gave a turn can be read from
its messages alone: the tasks tell ``(who, action)``, the processor sends "go". Whatever is changed inside
the processor, these are what counts.
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
    """What the processor knows when it gives a turn: the tasks, the holder of the lock, and those that wait for it."""

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
        """Return the tasks that are more urgent than the one that gets the turn, and could have had it."""
        ready = [who for who, done in self.done.items() if "end" not in done and who not in self.queue]
        best = max(ready, key=lambda who: PRIORITY.get(who, 0), default=chosen)
        return best if PRIORITY.get(best, 0) > PRIORITY.get(chosen, 0) else None


#: The step, a task, and the action it told the processor; or "", where the processor gave it a turn.
Deed = tuple[int, str, str]


def _deeds(run: Run) -> list[Deed]:
    """Read from the trace what the tasks reported, and which of them got turns."""
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


def _turns(deeds: list[Deed]) -> Iterator[tuple[str, _Look, int]]:
    """Yield the turns: the task, the state at that time, and the step."""
    look = _Look()
    for step, who, action in deeds:
        if action:
            look.take_in(who, action)
        else:
            yield who, look, step
            look.running = who


def happened(run: Run) -> str:
    """Describe the turns of the middle task while the high one waited for the lock; "" if it had none."""
    return _inverted(_deeds(run))[0]


def _inverted(deeds: list[Deed]) -> tuple[str, int]:
    """Describe how many turns the middle task had while the high one waited; also return the step of the first."""
    waited = [(chosen, step) for chosen, look, step in _turns(deeds) if "high" in look.queue]
    middle = [step for chosen, step in waited if chosen == "middle"]
    if not middle:
        return "", 0
    low = f"low, which held it, had {sum(chosen == 'low' for chosen, _ in waited)}"
    words = f"While high waited for the lock, {low} turns, and middle, which needs no lock, had {len(middle)}."
    return words, middle[0]


@exercise(
    "priority-inversion",
    takes="a function that activates the system and returns its processor",
    points=2,
    seconds=20,
)
def check(system: Callable[[], Component]) -> str:
    """While the urgent task waits for the lock, no turn goes to a task that neither waits for it nor holds it."""
    for run in runs(system, SCHEDULES):
        if not isinstance(run.made, Component):
            what = of_type(run.made)
            raise Wrong(f"cured() shall return the processor, a component. It returned {what}.")
        if run.outcome.reason == "max_steps":
            raise Wrong(f"The system does not come to rest: it still runs after {run.step} slices.", run)
        deeds = _deeds(run)
        _keeps_the_lock(run, deeds)
        inverted, step = _inverted(deeds)
        if inverted:
            raise Wrong(inverted, run, step)
        _all_is_done(run, deeds)
        _keeps_the_order(run, deeds)
    return f"In {SCHEDULES} orders of turns nothing came between high and the lock it waited for."


def _keeps_the_lock(run: Run, deeds: list[Deed]) -> None:
    """Raise Wrong if a turn goes to a task that has not got what it waits for, or to two at once."""
    for chosen, look, step in _turns(deeds):
        if chosen in look.queue:
            holder = f"{look.holder} holds it and has not freed it"
            raise Wrong(f"{chosen} was given a turn although it waits for the lock: {holder}.", run, step)
        if look.running is not None:
            pair = f"{chosen} was given a turn while {look.running} still had one"
            raise Wrong(f"There is one processor, but {pair}.", run, step)


def _keeps_the_order(run: Run, deeds: list[Deed]) -> None:
    """Raise Wrong if a turn goes to the less urgent task without need."""
    for chosen, look, step in _turns(deeds):
        better = look.passed_over(chosen)
        if better is None or chosen == look.holder:
            continue
        words = f"{chosen} was given a turn before {better}, which is more urgent"
        raise Wrong(f"{words}; {chosen} {_of_the_lock(chosen, look)}.", run, step)


def _of_the_lock(who: str, look: _Look) -> str:
    """Describe why the lock is no reason to let a task go first."""
    if "free" not in look.done.get(who, []):
        return "did not hold the lock"
    return f"had freed the lock already, for which {'high' if look.had_waited else 'nobody'} had waited"


def _all_is_done(run: Run, deeds: list[Deed]) -> None:
    """Raise Wrong if a task has not done exactly its script."""
    for who, script in SCRIPTS.items():
        did = [action for _, name, action in deeds if name == who and action not in ("", "come")]
        if did == script[: len(did)] and len(did) < len(script):
            last = f"the last it did was {did[-1]!r}" if did else "it did nothing"
            raise Wrong(f"{who} never came to its end: {last}, and then it was given no turn any more.", run)
        if did != script:
            raise Wrong(f"The tasks shall stay as they are. {who} did {', '.join(did)}; its script has other actions.")
