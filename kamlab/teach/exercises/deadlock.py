"""Deadlock: two diners and two forks; each diner needs both forks, and asks for one after the other.

Who holds which fork is read from the messages: a fork is a component with the inboxes ``take`` and ``back``.
A message to a diner hands the fork out, and a message in ``back`` returns it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...core.component import Component
from ...core.events import Event
from ..exercise import exercise
from ..runs import Run, Wrong, runs
from .traffic import of_type

#: How many schedules to try.
SCHEDULES = 1000

FORKS = 2
TAKE, BACK = "take", "back"


@dataclass
class Table:
    """The state of the forks: which diner holds which fork, has asked for which, and has had two."""

    holds: dict[Any, Any] = field(default_factory=dict)
    asked: list[tuple[Any, Any]] = field(default_factory=list)
    had_two: set[Any] = field(default_factory=set)
    shared: str = ""

    def see(self, event: Event) -> None:
        """Update the state by one message."""
        sender, receiver = event.component, event.box.owner
        if _is_fork(sender):
            self._give(sender, receiver, event.step)
        elif _is_fork(receiver) and event.box.name == TAKE:
            self.asked.append((sender, receiver))
        elif _is_fork(receiver) and event.box.name == BACK:
            self.holds.pop(receiver, None)

    def _give(self, fork: Any, diner: Any, step: int) -> None:
        before = self.holds.get(fork)
        if before is not None and before is not diner and not self.shared:
            self.shared = (
                f"{fork.short_name} was given to {diner.short_name} in step {step}, "
                f"while {before.short_name} still had it."
            )
        self.holds[fork] = diner
        if (diner, fork) in self.asked:
            self.asked.remove((diner, fork))
        if sum(holder is diner for holder in self.holds.values()) == FORKS:
            self.had_two.add(diner)

    def standing(self, diner: Any) -> str:
        """Describe which forks a diner has and which it waits for."""
        has = [fork.short_name for fork, holder in self.holds.items() if holder is diner]
        wants = [self._whose(fork) for asker, fork in self.asked if asker is diner]
        waits = f"waits for {' and '.join(wants)}" if wants else "waits for no fork"
        return f"{diner.short_name} has {' and '.join(has) or 'no fork'} and {waits}"

    def _whose(self, fork: Any) -> str:
        holder = self.holds.get(fork)
        if holder is None or not holder.is_stopped():
            return str(fork.short_name)
        return f"{fork.short_name} (which {holder.short_name} did not put back before it ended)"


def _is_fork(component: Any) -> bool:
    return isinstance(component, Component) and {TAKE, BACK} <= set(component.inboxes)


def _table(run: Run) -> Table:
    table = Table()
    for event in run.lab.trace:
        if event.kind == "sent":
            table.see(event)
    return table


def happened(run: Run) -> str:
    """Describe which forks the diners have and wait for, if they wait in a circle; "" if all have eaten."""
    hungry = [diner for diner in run.made if not diner.meals]
    if not hungry or not run.deadlock:
        return ""
    table = _table(run)
    return f"Deadlock at step {run.step}: {'; '.join(map(table.standing, hungry))}."


@exercise("deadlock", takes="a function that activates the system and returns the two diners", points=2)
def check(system: Callable[[], Any]) -> str:
    """Under every schedule both diners eat, each with both forks."""
    for run in runs(system, SCHEDULES):
        diners = _diners(run)
        _has_two_forks(run)
        table = _table(run)
        if table.shared:
            raise Wrong(table.shared, run)
        if wrong := happened(run):
            raise Wrong(wrong, run)
        if run.outcome.reason == "max_steps":
            meals = " and ".join(str(diner.meals) for diner in diners)
            raise Wrong(f"It does not come to rest: after {run.step} slices the diners have had {meals} meals.", run)
        for diner in diners:
            _has_eaten(diner, table, run)
    return f"In {SCHEDULES} schedules both diners have eaten."


def _diners(run: Run) -> Any:
    """Return the two diners.

    Raises:
        Wrong: the system's function did not return two diners.
    """
    made = run.made
    pair = made if isinstance(made, (tuple, list)) else ()
    if len(pair) != 2 or not all(isinstance(diner, Component) and hasattr(diner, "meals") for diner in pair):
        what = of_type(made)
        raise Wrong(f"cured() must return the two diners, components that count their meals. It returned {what}.")
    return made


def _has_two_forks(run: Run) -> None:
    """Raise Wrong if there are not exactly two forks."""
    forks = [event.component for event in run.lab.trace if event.kind == "activated" and _is_fork(event.component)]
    if len(forks) != FORKS:
        names = ", ".join(fork.short_name for fork in forks) or "none"
        raise Wrong(f"There must be two forks on the table. There are {len(forks)}: {names}.", run)


def _has_eaten(diner: Any, table: Table, run: Run) -> None:
    """Raise Wrong if a diner has had no meal, or had it without both forks."""
    name = diner.short_name
    if diner.meals and diner in table.had_two:
        return
    if diner.meals:
        raise Wrong(f"{name} has eaten, but it never had two forks at the same time.", run)
    raise Wrong(f"The run is over, and {name} has not eaten: {table.standing(diner)}.", run)
