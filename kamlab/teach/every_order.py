"""Every order of a system, judged by a monitor: the graph of all states, and on it the states of the monitor.

A state here is a state of the system together with one of the monitor. They are visited breadth first, so the first
that is wrong is reached by a shortest order. The slices are those of the graph, which were run once for real; what a
slice does is known then, so no slice runs again for the monitor.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..core.microprocess import name_in_task
from ..exploration import cells
from ..exploration.counts import backwards, interleavings
from ..exploration.cycles import fair_cycles
from ..exploration.errors import CannotStage
from ..exploration.faults import NO_FAULTS, TIMERS, FaultModel
from ..exploration.footprint import Recorder
from ..exploration.graph import Graph
from ..exploration.setting import Setting
from ..exploration.slices import Slice
from ..exploration.stage import Stage
from .actions import Action, Monitor, Watcher
from .runs import Wrong

process_time = time.process_time  # kept here: in a slice, time is the lab's

#: How many seconds of processor time the monitor may take.
VISITING = 1.0
#: How many states, with those of the monitor, are visited at most.
VISITED = 150_000

#: The name of a component that runs; ``None``: the next timer fires.
Name = str | None

#: A state of the system and one of the monitor, by their numbers.
_Both = tuple[int, int]


@dataclass(frozen=True)
class Reach:
    """A component that uses a variable of another one: their names, the variable, and a state after that."""

    who: str
    whose: str
    variable: str
    state: int

    @property
    def sentence(self) -> str:
        """Return what is wrong with that."""
        of = f"the variable {self.variable} of {self.whose}" if self.whose else self.variable
        return f"{self.who} changes {of}. Here components share nothing but messages."


class ToldGraph(Graph):
    """A graph that keeps what each slice does, and which slices change what is not their component's.

    Args:
        setting: what all executions share.
        attributes: those that the monitor looks at.
        until: when to give up, by the processor's time.
    """

    def __init__(self, setting: Setting, attributes: tuple[str, ...], until: float) -> None:
        self.told: dict[int, tuple[Action, ...]] = {}
        self.reached: list[Reach] = []
        self._watcher = Watcher(attributes)
        self._until = until
        super().__init__(setting)

    def _remember(
        self, number: int, component: int, recorder: Recorder, before: dict[Any, Any], after: dict[Any, Any]
    ) -> Slice:
        slice_ = super()._remember(number, component, recorder, before, after)
        stage = recorder.stage
        runner = stage.component(component)
        self.told[id(slice_)] = self._watcher.of_records(recorder.records, runner, stage.number_of)
        self._note_reached(component, name_in_task(runner), before, after, number)
        return slice_

    def _note_rewired(self, known: Slice, slice_: Slice) -> None:
        self.told[id(slice_)] = self.told[id(known)]

    def _learn_on_network(self, number: int, component: int) -> Slice:
        raise CannotStage("what its slices do on a network is not told")

    def _note_reached(
        self, component: int, name: str, before: dict[Any, Any], after: dict[Any, Any], number: int
    ) -> None:
        names, helped = self.setting.names, self.setting.helped
        if self.setting.kinds[component].__module__.startswith("kamlab."):
            return
        for cell, new in after.items():
            old = before.get(cell)
            if old is None or old == new or cell[0] not in (cells.GLOBAL, cells.LOCAL):
                continue
            old, new = _bare(old), _bare(new)
            if old == new:
                continue
            if cell[0] == cells.GLOBAL:
                self.reached.append(Reach(name, "", f"the variable {cell[-1]}, which is nobody's own", number))
            elif cell[0] == cells.LOCAL and cell[1] != component and component not in helped:
                other = cell[1]
                variable = next(_changed(old, new), "") if helped.get(component) != other else ""
                if variable and not self.setting.kinds[other].__module__.startswith("kamlab."):
                    self.reached.append(Reach(name, names[other], variable, number))

    def _expand(self, number: int) -> None:
        if process_time() > self._until:
            self.why_not = "there was no time for all states"
        else:
            super()._expand(number)


def _changed(old: Any, new: Any) -> Iterator[str]:
    """Yield the attributes that differ in two local states."""
    before, after = dict(old[1]), dict(new[1])
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield str(name)


def _bare(value: Any) -> Any:
    """Return a fingerprint without the marks that say where else an object is held."""
    if type(value) is not tuple:
        return value
    if value and value[0] == "shared":
        return _bare(value[1])
    if len(value) == 3 and value[0] == "alias":
        return _bare(value[2])
    return tuple(map(_bare, value))


class EveryOrder:
    """A system in every order of slices, and what a monitor says of them.

    Args:
        system: builds the system.
        monitor: the monitor.
        until: when to give up, by the processor's time.
        ignore: attributes that are no part of the state.
        early: whether the next timer may fire although components can run.

    Attributes:
        complete: whether every order was covered.
        why_not: if not, why.

    Raises:
        Opaque, Differs, CannotStage, CannotExplore: the system cannot be explored.
    """

    def __init__(
        self,
        system: Callable[[], Any],
        monitor: Monitor,
        until: float,
        ignore: frozenset[str] = frozenset(),
        early: bool = True,
    ) -> None:
        self._monitor = monitor
        world = FaultModel((TIMERS,)) if early else NO_FAULTS
        graph = self.graph = ToldGraph(Setting(system, ignore=ignore, world=world), monitor.attributes, until)
        graph.expand(VISITED, float("inf"))
        self.complete, self.why_not = graph.complete, graph.why_not
        self._states: dict[Any, int] = {}
        self._of: list[Any] = []
        self._after: dict[tuple[int, int], int | Wrong] = {}
        #: What is wrong in a slice with a later part of the exercise; the order goes on.
        self._later: dict[tuple[int, int], Wrong] = {}
        self._parents: dict[_Both, tuple[_Both, int] | None] = {}
        self._wrong: tuple[_Both, int, Wrong] | None = None
        self.ends: list[tuple[_Both, Any]] = []
        self._until = process_time() + VISITING
        self._visit()

    def _number(self, state: Any) -> int:
        number = self._states.get(state)
        if number is None:
            number = self._states[state] = len(self._of)
            self._of.append(state)
        return number

    def _follow(self, slice_: Slice, state: int) -> int | Wrong:
        """Return the number of the monitor's state after a slice, or what it says is wrong in it."""
        key = (id(slice_), state)
        found = self._after.get(key)
        if found is None:
            here = self._of[state]
            is_timer = self.graph.setting.runner(slice_.number) is None
            for action in () if is_timer else self.graph.told[id(slice_)]:
                try:
                    here = self._monitor.see(here, action)
                except Wrong as wrong:
                    if not wrong.part:
                        self._after[key] = wrong
                        return wrong
                    self._later.setdefault(key, wrong)
            found = self._after[key] = self._number(here)
        return found

    def _visit(self) -> None:
        graph = self.graph
        start = (0, self._number(self._monitor.start()))
        self._parents[start] = None
        waiting = deque([start])
        while waiting:
            both = waiting.popleft()
            number, state = both
            edges = graph.edges[number]
            if not edges and not graph.runnable(graph.states[number]):
                self.ends.append((both, self._of[state]))
            for component, slice_, target in edges:
                follows = self._follow(slice_, state)
                if isinstance(follows, Wrong):
                    self._wrong = (both, component, follows)
                    return
                if self._wrong is None and (id(slice_), state) in self._later:
                    self._wrong = (both, component, self._later[id(slice_), state])
                reached = (target, follows)
                if reached not in self._parents:
                    self._parents[reached] = (both, component)
                    waiting.append(reached)
            if len(self._parents) > VISITED or process_time() > self._until:
                self.complete, self.why_not = False, "there was no time for all states"
                return

    # -- what was found --------------------------------------------------------------------------------

    @property
    def wrong(self) -> tuple[list[Name], Wrong] | None:
        """A shortest order in which the monitor says that something is wrong, as names, and what it says."""
        if self._wrong is None:
            return None
        both, component, wrong = self._wrong
        return self.names([*self._way(both), component]), wrong

    def _way(self, both: _Both) -> list[int]:
        found = []
        parent = self._parents[both]
        while parent is not None:
            both, component = parent
            found.append(component)
            parent = self._parents[both]
        return [*self.graph.prefix, *found[::-1]]

    def way_to(self, both: _Both) -> list[Name]:
        """Return a shortest order to a state that was visited, as the names of the components that run."""
        return self.names(self._way(both))

    def way_to_state(self, number: int) -> list[Name]:
        """Return a shortest order to a state of the system alone."""
        return self.names(self.graph.path(number))

    def names(self, path: list[int]) -> list[Name]:
        """Return the names of the components that run on a path, as a lab calls them; ``None`` where a timer fires."""
        stage = Stage(self.graph.setting)
        names: list[Name] = []
        for number in path:
            stage.runnable()
            before = len(stage.picks)
            stage.step(number)
            names.append(stage.picks[-1] if len(stage.picks) > before else None)
        stage.close()
        return names

    def endless(self) -> tuple[list[Name], list[str]] | None:
        """Return an order to where the system can go on for ever, however fairly it is run, and who does so there."""
        if not self.graph.complete or backwards(self.graph) is not None:
            return None
        cycles = sorted(fair_cycles(self.graph), key=lambda cycle: min(cycle.states))
        if not cycles:
            return None
        names = [self.graph.setting.names[one] for one in sorted(cycles[0].moving)]
        return self.way_to_state(min(cycles[0].states)), names

    def orders(self) -> int | None:
        """Return how many orders there are; ``None`` if some have no end."""
        order = backwards(self.graph)
        return None if order is None else interleavings(self.graph, order)
