"""Deadlock: two diners and two forks; each diner needs both forks, and asks for one after the other.

Which forks are out is read from their messages: whatever a fork sends hands it out, once that has been taken, and what
is sent to its inbox ``back`` returns it. Through whose hands it goes does not matter, so a waiter may hand out the
forks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...core.component import Component
from ..actions import RUNS, SENDS, TAKES, Action, Monitor, Party
from ..exercise import exercise
from ..playing import play
from ..runs import Run, Wrong
from .traffic import of_type, role

FORKS = 2
FORK, BACK = "Fork", "back"


class Table(NamedTuple):
    """The state of the table.

    ``given``: for each inbox, the forks that are in the messages there, or ``None`` for other messages. ``out``: the
    forks that are out. ``had``: those that were out at some time in this slice. ``meals``: how many each diner has had.
    ``eater``, ``kept``: who ate last, and the forks that were not returned since.
    """

    given: tuple[tuple[tuple[int, str], tuple[Party | None, ...]], ...] = ()
    out: frozenset[Party] = frozenset()
    had: frozenset[Party] = frozenset()
    meals: tuple[tuple[int, int], ...] = ()
    eater: Party | None = None
    kept: frozenset[Party] = frozenset()
    back: frozenset[Party] = frozenset()


class Meals(Monitor):
    """Each meal is eaten while both forks are out, and no fork is out for two diners at a time."""

    attributes = ("meals",)

    def start(self) -> Table:
        """Return the state of the table at first."""
        return Table()

    def see(self, state: Table, action: Action) -> Table:
        """Return the state of the table after an action."""
        if action.kind == SENDS:
            return self._sent(state, action)
        if action.kind == TAKES:
            return self._taken(state, action)
        if action.kind == RUNS and isinstance(action.now.get("meals"), int):
            state = self._ate(state, action.by, action.now["meals"])
        return state._replace(had=state.out, back=frozenset())

    def _sent(self, state: Table, action: Action) -> Table:
        by, to = action.by, action.to
        assert to is not None
        fork = by if by.is_a(FORK) else None
        if fork is not None and (fork in state.out or any(fork in forks for _, forks in state.given)):
            raise Wrong(f"{fork} was given away in step {{step}}, while another diner still had it.")
        if to.is_a(FORK) and action.box == BACK:
            return state._replace(out=state.out - {to}, kept=state.kept - {to}, back=state.back | {to})
        given = dict(state.given)
        place = (to.number, action.box)
        if fork is not None or place in given:
            given[place] = (*given.get(place, ()), fork)
        return state._replace(given=tuple(sorted(given.items(), key=lambda item: item[0])))

    def _taken(self, state: Table, action: Action) -> Table:
        given = dict(state.given)
        place = (action.by.number, action.box)
        if place not in given:
            return state
        fork, *rest = given.pop(place)
        if rest:
            given[place] = tuple(rest)
        out = state.out if fork is None else state.out | {fork}
        return state._replace(
            given=tuple(sorted(given.items(), key=lambda item: item[0])), out=out, had=state.had | out
        )

    def _ate(self, state: Table, diner: Party, meals: int) -> Table:
        before = dict(state.meals)
        if meals == before.get(diner.number, 0):
            return state
        forks = state.had
        if len(forks) < FORKS:
            which = " and ".join(sorted(fork.name for fork in forks)) or "no fork"
            raise Wrong(f"{diner} ate in step {{step}}, and {which} was out: it never had two forks at the same time.")
        if state.eater not in (None, diner) and state.kept:
            which = " and ".join(sorted(fork.name for fork in state.kept))
            raise Wrong(f"{diner} ate in step {{step}} with {which}, which {state.eater} still had.")
        before[diner.number] = meals
        return state._replace(meals=tuple(sorted(before.items())), eater=diner, kept=forks - state.back)


def happened(run: Run) -> str:
    """Describe which forks the diners have and wait for, if they wait in a circle; "" if all have eaten."""
    hungry = [diner for diner in run.made if not diner.meals]
    if not hungry or not run.deadlock:
        return ""
    return f"Deadlock at step {run.step}: {_standing(run, hungry)}."


def _standing(run: Run, diners: list[Any]) -> str:
    """Describe which forks some diners have, and which they wait for."""
    holds: dict[Any, Any] = {}
    asked: list[tuple[Any, Any]] = []
    for event in run.lab.trace:
        if event.kind != "sent" or event.source is None:
            continue
        sender, receiver = event.source.owner, event.box.owner
        if role(sender, [FORK]) == FORK:
            holds[sender] = receiver
            if (receiver, sender) in asked:
                asked.remove((receiver, sender))
        elif role(receiver, [FORK]) == FORK and event.box.name == BACK:
            holds.pop(receiver, None)
        elif role(receiver, [FORK]) == FORK:
            asked.append((sender, receiver))
    return "; ".join(_one_standing(diner, holds, asked) for diner in diners)


def _one_standing(diner: Any, holds: dict[Any, Any], asked: list[tuple[Any, Any]]) -> str:
    has = [fork.short_name for fork, holder in holds.items() if holder is diner]
    wants = [_whose(fork, holds) for asker, fork in asked if asker is diner]
    waits = f"waits for {' and '.join(wants)}" if wants else "waits for no fork"
    return f"{diner.short_name} has {' and '.join(has) or 'no fork'} and {waits}"


def _whose(fork: Any, holds: dict[Any, Any]) -> str:
    holder = holds.get(fork)
    if holder is None or not holder.is_stopped():
        return str(fork.short_name)
    return f"{fork.short_name} (which {holder.short_name} did not put back before it ended)"


@exercise("deadlock", takes="a function that activates the system and returns the two diners", points=2)
def check(system: Callable[[], Any]) -> str:
    """In every order both diners eat, and each meal is eaten while both forks are out, for this diner alone.

    That there are two forks is required, and that the system comes to rest; how the diners get the forks is not.
    """
    played = play(system, _judge, monitor=Meals())
    return f"{played} both diners have eaten."


def _judge(run: Run, table: Table) -> None:
    diners = _diners(run)
    _has_two_forks(run)
    if wrong := happened(run):
        raise Wrong(wrong, run)
    if run.outcome.reason == "max_steps":
        meals = " and ".join(str(diner.meals) for diner in diners)
        raise Wrong(f"It does not come to rest: after {run.step} slices the diners have had {meals} meals.", run)
    for diner in diners:
        if not diner.meals:
            raise Wrong(f"The run is over, and {diner.short_name} has not eaten: {_standing(run, [diner])}.", run)
    if len(table.meals) < len(diners):
        raise Wrong("A diner has had a meal before the first slice; it must eat with both forks.", run)


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
    active = (event.component for event in run.lab.trace if event.kind == "activated")
    forks = [component for component in active if role(component, [FORK]) == FORK]
    if len(forks) != FORKS:
        names = ", ".join(fork.short_name for fork in forks) or "none"
        raise Wrong(f"There must be two forks on the table. There are {len(forks)}: {names}.", run)
