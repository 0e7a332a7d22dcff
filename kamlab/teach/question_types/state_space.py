"""The state space of a lab: every state that some order of slices leads to, from where a question is asked.

All that questions about orders know of exploring (:mod:`kamlab.exploration`) is here. A system is explored once for a
quiz (:class:`ExploredSystem`); a question asks about the part that can be reached from where the lab stands, or from
the beginning (:class:`StateSpace`).

What is asked must be the same in every process, so the limits are numbers of states and of slices, never seconds. Of a
system that has more states only single orders are asked about, and never what all of them have in common; of one that
cannot be explored, or in which random numbers decide as well, nothing about its orders. Slices of a chassis, which only
wires other components, are not counted.
"""

from __future__ import annotations

import contextlib
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ...analysis.why_lab import Wait, waiting
from ...core.box import made_inboxes_of
from ...core.component import Component
from ...core.describe import error_in_words
from ...core.events import RESUMED
from ...core.microprocess import Microprocess, name_in_task
from ...core.origins import fresh_kept
from ...core.safe_repr import class_attribute
from ...core.states import ASLEEP, ENDED, FAILED, RUNNABLE
from ...core.task import task_of
from ...exploration import CannotExplore, Schedule, cells
from ...exploration.edges import Edge
from ...exploration.executions import Differs
from ...exploration.fingerprint import Opaque
from ...exploration.footprint import watching
from ...exploration.graph import Graph
from ...exploration.judge import Judge
from ...exploration.setting import Setting
from ...exploration.stage import CannotStage, Stage
from ...views.printable import quoted, quoted_all
from .base import NoQuestion
from .roster import is_chassis

if TYPE_CHECKING:
    from ...lab import Lab

#: How many states to try first; up to how many slices that ran in the engine to go on then; and how many states at all.
PROBED, REAL, MOST = 400, 150, 4_000
#: A system for which this is not enough is not explored on any machine.
SECONDS = 60.0
#: How many values an attribute that is asked about consists of at most, and how deep they are nested.
VALUES, DEEP = 12, 2
#: How the life of a component is written.
LIVES = {RUNNABLE: "can run", ASLEEP: "sleeps", FAILED: "has failed"}


@dataclass(frozen=True)
class Look:
    """What there is to see in one state, by the numbers of the components.

    ``boxes`` has the messages in each inbox, as text; ``values`` the attributes with plain values, as text; ``lives``
    whether each component can run, sleeps or has ended.
    """

    boxes: Mapping[tuple[int, str], tuple[str, ...]]
    values: Mapping[tuple[int, str], Any]
    lives: Mapping[int, str]


class ExploredSystem:
    """All states of the system of a lab.

    Args:
        lab: a lab under a virtual clock that can build its system again.

    Raises:
        NoQuestion: its orders cannot be explored; the message says why.

    Attributes:
        is_complete: whether all states are known.
    """

    def __init__(self, lab: Lab) -> None:
        if not (lab.virtual and lab.builder):
            raise _none('it needs Lab(build=..., clock="virtual")')
        try:
            with watching(), fresh_kept():
                self.graph: Graph = _graph_of(lab)
                self.is_complete: bool = self.graph.complete
                self.judge: Judge = Judge(self.graph, None, None, math.inf)
                if self.is_complete:
                    self.judge.judge()
        except (Differs, CannotStage, Opaque, CannotExplore) as error:
            raise _none(str(error)) from error
        graph, setting = self.graph, self.graph.setting
        if setting.unseen or setting.chancy:
            raise _none("; ".join(setting.unseen) or "random numbers decide what it does")
        self.components: list[int] = graph.components()
        self.names: list[str] = list(setting.names)
        if any(graph.life(0, component) == "unmade" for component in self.components):
            raise _none("it makes components while it runs")
        if len(set(self.names)) < len(self.names):
            raise _none("several components have the same name")
        self.actors: list[int] = [one for one in self.components if not is_chassis(setting.kinds[one])]
        self._looks: dict[int, Look] = {}
        #: By an inbox and the number of what is in it: that, as text.
        self.contents: dict[tuple[tuple[int, str], int], str] = {}

    def look(self, state: int) -> Look:
        """Return what there is to see in a state."""
        if state not in self._looks:
            way = self.graph.way(state)
            with standing(self, [component for component, _ in way]) as stage:
                self._looks[state] = self.look_at(stage)
        return self._looks[state]

    def look_along(self, path: Sequence[tuple[int, int]]) -> None:
        """Look at all states on a way from the beginning: its components, each with the state that follows."""
        if all(state in self._looks for _, state in path):
            return
        with standing(self, []) as stage:
            for component, state in path:
                stage.step(component)
                stage.runnable()
                self._looks.setdefault(state, self.look_at(stage))

    def look_at(self, stage: Stage) -> Look:
        """Return what there is to see in an execution of this system."""
        return look_at({number: stage.component(number) for number in self.actors})

    def schedule(self, path: Sequence[int], begins: int, names: Sequence[str] = (), sentence: str = "") -> Schedule:
        """Return an order, from the beginning of the run on, that can be opened.

        Args:
            path: the components that run after the wiring.
            begins: how many slices of the run are over when the question begins.
            names, sentence: what goes wrong.
        """
        setting = self.graph.setting
        with standing(self, path) as stage:
            return Schedule(
                tuple(names),
                sentence,
                tuple(stage.picks),
                assembly=begins,
                rounds=stage.scheduler.rounds,
                seed=setting.seed,
                _system=setting.system,
            )


def look_at(components: Mapping[int, Microprocess]) -> Look:
    """Return what there is to see in some components, by their numbers."""
    boxes, values, lives = {}, {}, {}
    for number, component in components.items():
        life = task_of(component).life
        lives[number] = LIVES.get(life, "has ended" if life in ENDED else "sleeps")
        if isinstance(component, Component):
            for name, box in made_inboxes_of(component).items():
                if box.items:
                    boxes[number, name] = tuple(quoted_all(list(box.items)))
        for name, value in vars(component).items():
            if not name.startswith("_") and is_plain(value):
                values[number, name] = value
    return Look(boxes, values, lives)


class StateSpace:
    """The states that can be reached from one state, with the shortest way to each.

    Args:
        explored: the system.
        played: the slices before that state, after the wiring; empty for the beginning.

    Raises:
        NoQuestion: that state is not known.

    Attributes:
        is_complete: whether all states are known; otherwise only single orders can be asked about.
        start: the state.
        begins: how many slices are over there.
        costs: the states that can be reached, each with the fewest slices that lead there.
    """

    def __init__(self, explored: ExploredSystem, played: Sequence[int] = ()) -> None:
        self.explored = explored
        self.graph: Graph = explored.graph
        self.played: tuple[int, ...] = tuple(played)
        self.actors: list[int] = explored.actors
        self.is_complete: bool = explored.is_complete
        self.start: int = _followed(self.graph, 0, played)[-1]
        self.begins: int = len(self.graph.prefix) + len(self.played)
        self.costs: dict[int, int] = {}
        self._before: dict[int, tuple[int, int]] = {}
        self._find_costs()
        self.ends: list[int] = [state for state in self.graph.ends() if state in self.costs]
        #: By name what goes wrong, and in which of the states, in words.
        self.wrong: dict[str, dict[int, str]] = {
            name: found
            for name, states in explored.judge.found.items()
            if (found := {state: words for state, words in states.items() if state in self.costs})
        }

    def _find_costs(self) -> None:
        waiting = deque([(self.start, 0, (-1, -1))])
        while waiting:
            state, cost, before = waiting.popleft()
            if state in self.costs:
                continue
            self.costs[state], self._before[state] = cost, before
            for component, _, target in self.graph.edges[state]:
                if target not in self.costs:
                    if component in self.actors:
                        waiting.append((target, cost + 1, (state, component)))
                    else:
                        waiting.appendleft((target, cost, (state, component)))

    # -- names ----------------------------------------------------------------------------------------

    def check_complete(self) -> StateSpace:
        """Return this.

        Raises:
            NoQuestion: not all states are known, so that nothing can be said about all orders.
        """
        if not self.is_complete:
            raise _none(f"it has more than {len(self.graph.states):,} states")
        return self

    @property
    def has_choices(self) -> bool:
        """Whether there is more than one order, those of a chassis apart."""
        return any(sum(one in self.actors for one, _, _ in self.edges(state)) > 1 for state in self.costs)

    @property
    def is_from_here(self) -> bool:
        """Whether the orders begin with the run so far, rather than at the beginning."""
        return bool(self.played)

    def name(self, component: int) -> str:
        """Return the name of a component."""
        return self.explored.names[component]

    def box_name(self, box: tuple[int, str]) -> str:
        """Return the name of an inbox."""
        return f"{self.name(box[0])}.{box[1]}"

    def chassis_names(self, path: Sequence[int]) -> list[str]:
        """Return the names of the chassis that run in an order."""
        return [self.name(one) for one in dict.fromkeys(path) if one not in self.actors]

    # -- states ---------------------------------------------------------------------------------------

    def edges(self, state: int) -> list[Edge]:
        """Return what leads on from a state: the component, its slice, and the state that follows."""
        return self.graph.edges[state]

    def has_ended(self, state: int, component: int) -> bool:
        """Return whether a component has ended in a state."""
        return self.life(state, component) in ENDED

    def life(self, state: int, component: int) -> Any:
        """Return the life of a component in a state."""
        return self.graph.value(self.graph.states[state], (cells.LIFE, component))[0]

    def time(self, state: int) -> Any:
        """Return the time of a state."""
        return self.graph.value(self.graph.states[state], cells.TIME)

    def boxes(self) -> list[tuple[int, str]]:
        """Return the inboxes in which messages wait in some state, without those of a chassis."""
        state = self.graph.states[self.start]
        found: list[tuple[int, str]] = []
        for cell in self.graph.cells():
            if cell[0] == cells.BOX and cell[1] in self.actors and cell[2] != "control":
                leads_to = self.graph.value(state, (cells.LEADS, cell[1], "inbox", cell[2]))
                found += [] if leads_to is not None else [(cell[1], cell[2])]
        return sorted(found)

    def count_in(self, state: int, box: tuple[int, str]) -> int:
        """Return how many messages wait in an inbox in a state."""
        value: Any = self.graph.value(self.graph.states[state], (cells.BOX, *box)) or ()
        is_marked = len(value) > 2 and value[0] == "shared" and type(value[1]) is tuple
        return len(value[1] if is_marked else value)

    def content(self, state: int, box: tuple[int, str]) -> str:
        """Return what is in an inbox in a state, as the text of a list."""
        key = (box, self.graph.number(self.graph.states[state], (cells.BOX, *box)))
        found = self.explored.contents.get(key)
        if found is None:
            found = self.explored.contents[key] = f"[{', '.join(self.look(state).boxes.get(box, ()))}]"
        return found

    def look(self, state: int) -> Look:
        """Return what there is to see in a state."""
        return self.explored.look(state)

    def value(self, state: int, place: tuple[int, str]) -> Any:
        """Return the value of an attribute of a component in a state."""
        found = self.look(state).values
        if place in found:
            return found[place]
        return class_attribute(self.graph.setting.kinds[place[0]], place[1])

    # -- orders ---------------------------------------------------------------------------------------

    def path(self, state: int) -> list[int]:
        """Return the components that run on a shortest way from the start to a state."""
        found = []
        while state != self.start:
            state, component = self._before[state]
            found.append(component)
        return found[::-1]

    def states_on(self, path: Sequence[int]) -> list[int]:
        """Return the states that an order from the start leads through, the start first."""
        return _followed(self.graph, self.start, path)

    def look_along(self, path: Sequence[int]) -> None:
        """Look at all states that an order from the start leads through."""
        whole = [*self.played, *path]
        self.explored.look_along(list(zip(whole, _followed(self.graph, 0, whole)[1:], strict=True)))

    def schedule(self, path: Sequence[int], names: Sequence[str] = (), sentence: str = "") -> Schedule:
        """Return an order that begins with the slices so far."""
        return self.explored.schedule([*self.played, *path], self.begins, names, sentence)

    def waits_after(self, path: Sequence[int]) -> tuple[Wait, ...]:
        """Return who waits for whom after some slices."""
        with standing(self.explored, [*self.played, *path]) as stage:
            return waiting(stage.lab).waits

    def in_words(self, path: Sequence[int]) -> str:
        """Return who runs in an order, slice by slice."""
        runs = [(self.name(one), len(list(group))) for one, group in groupby(path)]
        return ", ".join([name if count == 1 else f"{name} ({count} times)" for name, count in runs])

    def counted_orders(self) -> str:
        """Return "in all 256 orders", or which states the orders lead through if some have no end."""
        count = self._count()
        if count is None:
            return f"in all {len(self.costs):,} states that can be reached"
        return "in the only order" if count == 1 else f"in all {count:,} orders"

    def in_none(self) -> str:
        """Return "in any of the 256 orders", or in which states something is not so."""
        whole = self.counted_orders()
        return whole.replace("in all", "in any of the") if whole.startswith("in all") else whole

    @property
    def is_acyclic(self) -> bool:
        """Whether every order ends."""
        return self._count() is not None

    def _count(self) -> int | None:
        """Return how many orders there are from the start to an end; ``None`` if some have no end."""
        incoming = dict.fromkeys(self.costs, 0)
        for state in self.costs:
            for _, _, target in self.edges(state):
                incoming[target] += 1
        if incoming[self.start]:
            return None
        count = dict.fromkeys(self.costs, 0)
        count[self.start], ready, done = 1, [self.start], 0
        while ready:
            state = ready.pop()
            done += 1
            for _, _, target in self.edges(state):
                count[target] += count[state]
                incoming[target] -= 1
                if not incoming[target]:
                    ready.append(target)
        return sum(count[end] for end in self.ends) if done == len(self.costs) else None


def _followed(graph: Graph, state: int, path: Sequence[int]) -> list[int]:
    """Return the states that an order leads through, the first one included."""
    states = [state]
    for component in path:
        targets = [target for one, _, target in graph.edges[states[-1]] if one == component]
        if not targets:
            raise _none(f"it has more than {len(graph.states):,} states")
        states += targets
    return states


def played_in(lab: Lab, explored: ExploredSystem) -> list[int] | None:
    """Return the slices that a lab has run since its system was wired; ``None`` if these orders do not lead there.

    That is so if the lab was changed from outside, or if it wired its system in another order. The run so far is
    executed once more, and has to lead to the same messages.
    """
    ran = [event.component for event in lab.trace.events() if event.kind == RESUMED]
    if len(ran) != lab.step_number:
        return None
    graph, path = explored.graph, list[int]()
    with watching(), fresh_kept():
        stage = Stage(graph.setting)
        try:
            for component in ran:
                named = {stage.name(number): number for number in stage.runnable()}
                if (name := name_in_task(component)) not in named:
                    return None
                path.append(named[name])
                stage.step(named[name])
            stage.runnable()
            if not _looks_the_same(lab, explored, stage):
                return None
        except CannotStage:
            return None
        finally:
            stage.close()
    wiring = graph.prefix
    if path[: len(wiring)] != wiring[: len(path)]:
        return None
    return path[len(wiring) :]


def _looks_the_same(lab: Lab, explored: ExploredSystem, stage: Stage) -> bool:
    """Return whether a lab and an execution have the same messages in the inboxes of components of the same names."""
    alive = {name_in_task(one): one for one in lab.scheduler.members.values()}
    there = {
        number: alive[name] for number in explored.actors if (name := name_in_task(stage.component(number))) in alive
    }
    same_names = all(stage.name(number) == explored.names[number] for number in explored.actors)
    gone = [number for number in explored.actors if number not in there]
    if not same_names or any(task_of(stage.component(number)).life not in ENDED for number in gone):
        return False
    here = {number: stage.component(number) for number in there}
    return look_at(there).boxes == look_at(here).boxes


def is_plain(value: Any, depth: int = DEEP) -> bool:
    """Return whether a value is a number, a text or the like, or a small list of such values.

    >>> is_plain(3), is_plain([("a", 1)]), is_plain(object())
    (True, True, False)
    """
    if type(value) in (list, tuple):
        return depth > 0 and len(value) <= VALUES and all(is_plain(item, depth - 1) for item in value)
    return type(value) in (int, bool, str, type(None)) and len(quoted(value, 41)) <= 40


def _graph_of(lab: Lab) -> Graph:
    graph = Graph(Setting(lab.builder)).expand(PROBED, SECONDS)  # type: ignore[arg-type]
    if not graph.complete and graph.real <= REAL:
        graph = Graph(Setting(lab.builder)).expand(MOST, SECONDS)  # type: ignore[arg-type]
    return graph


@contextlib.contextmanager
def standing(explored: ExploredSystem, path: Sequence[int]) -> Iterator[Stage]:
    """Lend an execution of a system that stands after some slices."""
    graph = explored.graph
    with watching(), fresh_kept():
        try:
            stage = Stage(graph.setting).run([*graph.prefix, *path])
        except (CannotStage, Opaque) as error:
            raise _none(error_in_words(error)) from error
        try:
            yield stage
        finally:
            stage.close()


def _none(why: str) -> NoQuestion:
    return NoQuestion(f"The orders of this system cannot be asked about, since not every one can be explored: {why}")
