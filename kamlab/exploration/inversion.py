"""Priority inversion: a component of high priority waits for one of low priority, while one in between runs.

Priorities are not kamlab's: each component that can run is as good as another. A system may have a scheduler of its
own, or be a model of one that has. So the user says what the priorities are, and where the components of a system are
tasks of such a model, who of them waits for whom, and who runs.

It is *unbounded* if the one in between can hold the high one up for ever: there is a cycle in which the wait lasts, all
that can always run do, and the low one does not. Else it comes to an end by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..analysis.why_lab import waiting
from ..core.microprocess import name_in_task
from ..core.states import ASLEEP
from ..core.task import task_of
from .cycles import edges_without_faults, strongly_connected
from .errors import CannotExplore
from .judge import Judge, Phenomenon
from .phenomena import called, given
from .stage import Stage

INVERSION = "priority inversion"

#: Who waits for whom, and who runs or can.
_Moment = tuple[tuple[tuple[str, str], ...], tuple[str, ...]]


@dataclass(frozen=True)
class PriorityInversion(Phenomenon):
    """A component of high priority waits for one of low priority, while one in between runs.

    Attributes:
        priority: the priority of each component, by its name or that of its class; or a function of its name. A
            higher number is more urgent; a component without one is not looked at.
        waits: a function of what the system returns: who waits for whom, as a dictionary of names. Without it, a
            component that sleeps waits for the only one that can send what it waits for.
        runs: a function of what the system returns: the name of the one that runs now, or ``None``. Without it, all
            that can run.

    Raises:
        CannotExplore: ``priority`` has fewer than three different numbers or names no component, or a function raised
            an error.

    >>> from kamlab import Component, Graphline, explore
    >>> from kamlab.exploration import PriorityInversion
    >>> class Asks(Component):
    ...     async def main(self):
    ...         self.send("please")
    ...         await self.receive()
    >>> class Works(Component):
    ...     async def main(self):
    ...         for _ in range(2):
    ...             await self.tick()
    >>> class Answers(Component):
    ...     async def main(self):
    ...         self.send(await self.receive())
    >>> def system():
    ...     wires = {("high", "outbox"): ("low", "inbox"), ("low", "outbox"): ("high", "inbox")}
    ...     Graphline(high=Asks(), low=Answers(), linkages=wires).activate()
    ...     Works().activate()
    >>> priority = {"Asks": 3, "Works": 2, "Answers": 1}
    >>> print(explore(system, look_for=PriorityInversion(priority)).found[0].sentence)
    Asks_3 waits for Answers_4, and Works_2 can run in its place; it comes to an end by itself
    """

    priority: Mapping[str, float] | Callable[[str], float | None]
    waits: Callable[[Any], Mapping[str, str]] | None = None
    runs: Callable[[Any], str | None] | None = None

    names: ClassVar[tuple[str, ...]] = (INVERSION,)

    def __post_init__(self) -> None:
        if not callable(self.priority) and len(set(self.priority.values())) < 3:
            raise CannotExplore("PriorityInversion: give at least three different priorities: high, middle and low")

    def judge(self, judge: Judge) -> None:
        """Note the states in which a high component waits for a low one while one in between runs."""
        _Search(self, judge).judge()


class _Search:
    """Looks for the states of a graph in which priorities are inverted."""

    def __init__(self, sought: PriorityInversion, judge: Judge) -> None:
        self._sought = sought
        self._judge = judge
        self._graph = judge.graph
        self._names = list(judge.graph.setting.names)
        priority = sought.priority
        if not callable(priority) and sought.waits is None:
            for name in priority:
                if not called(self._graph, name):
                    known = ", ".join(dict.fromkeys(self._names))
                    raise CannotExplore(
                        f"PriorityInversion: no component or class is called {name!r}; there are: {known}"
                    )

    def judge(self) -> None:
        """Note the states, and whether there is an end to it."""
        sought = self._sought
        moments = self._judge.evaluate(self._look, by_made=sought.waits is not None and sought.runs is not None)
        inverted: dict[tuple[str, str], dict[int, str]] = {}
        lasting: dict[tuple[str, str], set[int]] = {}
        for number, (waits, runs) in moments.items():
            for pair in waits:
                lasting.setdefault(pair, set()).add(number)
                middle = next(self._between(pair, runs), None)
                if middle is not None:
                    inverted.setdefault(pair, {})[number] = middle
        for (high, low), found in inverted.items():
            endless = self._endless((high, low), lasting[high, low], found, moments)
            for number, middle in found.items():
                runs_now = "runs" if sought.runs is not None else "can run"
                said = f"{high} waits for {low}, and {middle} {runs_now} in its place"
                self._judge.note(INVERSION, number, f"{said}; {self._bound(number in endless)}")

    def _bound(self, is_endless: bool) -> str:
        if is_endless:
            return "that can go on for ever: it is unbounded"
        return "it comes to an end by itself" if self._graph.complete else "whether it ends is not known"

    # -- one state ----------------------------------------------------------------------------------

    def _look(self, stage: Stage) -> _Moment:
        """Return who waits for whom in a state, and who runs or can."""
        sought = self._sought
        if sought.waits is None:
            waits = dict(_certain_waits(stage))
        else:
            waits = dict(given("PriorityInversion", "waits", sought.waits, stage.made) or {})
        pairs = tuple([(high, low) for high, low in waits.items() if self._is_above(high, low)])
        if sought.runs is None:
            return pairs, tuple([stage.name(one) for one in stage.runnable()])
        runs = given("PriorityInversion", "runs", sought.runs, stage.made)
        return pairs, () if runs is None else (runs,)

    def _priority(self, name: str) -> float | None:
        priority = self._sought.priority
        if callable(priority):
            return priority(name)
        if name in priority:
            return priority[name]
        if name in self._names:
            return priority.get(self._graph.setting.kinds[self._names.index(name)].__name__)
        return None

    def _is_above(self, high: str, low: str) -> bool:
        above, below = self._priority(high), self._priority(low)
        return above is not None and below is not None and above > below

    def _between(self, pair: tuple[str, str], runs: tuple[str, ...]) -> Iterator[str]:
        """Yield those that run and whose priority is between those of two that wait for each other."""
        high, low = pair
        for name in runs:
            if name not in pair and self._is_above(high, name) and self._is_above(name, low):
                yield name

    # -- for how long -------------------------------------------------------------------------------

    def _endless(
        self, pair: tuple[str, str], lasting: set[int], inverted: dict[int, str], moments: Mapping[int, _Moment]
    ) -> set[int]:
        """Return the states from which the wait can last for ever, the low one not running."""
        if self._judge.order is not None:
            return set()
        graph, low = self._graph, pair[1]
        by_user = self._sought.runs is not None
        kept = {number for number in lasting if not by_user or low not in moments[number][1]}
        edges_of = {
            number: [
                edge
                for edge in edges_without_faults(graph, number)
                if edge[2] in kept and (by_user or self._names[edge[0]] != low)
            ]
            for number in kept
        }
        found: set[int] = set()
        for members in strongly_connected(edges_of):
            inside = set(members)
            moving = {edge[0] for number in members for edge in edges_of[number] if edge[2] in inside}
            can_run = [{component for component, _, _ in edges_without_faults(graph, number)} for number in members]
            left_out = {one for one in set.intersection(*can_run) - moving if by_user or self._names[one] != low}
            if not left_out and inside & inverted.keys():
                found |= inside
        before: dict[int, list[int]] = {}
        for number, edges in edges_of.items():
            for _, _, target in edges:
                before.setdefault(target, []).append(number)
        todo = list(found)
        while todo:
            more = [number for number in before.get(todo.pop(), ()) if number not in found]
            found.update(more)
            todo += more
        return found


def _certain_waits(stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield those that sleep with the one at the end of the chain of those they wait for, if there is only one way."""
    why = waiting(stage.lab)
    behind: dict[str, set[str]] = {}
    for wait in why.waits:
        if wait.kind != "turn" and not wait.box.endswith(".control"):
            behind.setdefault(wait.waiter, set()).add(wait.on)
    asleep = {name_in_task(component) for component in stage.components if task_of(component).life is ASLEEP}
    for waiter in behind:
        on, seen = waiter, {waiter}
        while on in asleep and len(behind.get(on, ())) == 1:
            (on,) = behind[on]
            if on in seen or not on:
                break
            seen.add(on)
            yield waiter, on
