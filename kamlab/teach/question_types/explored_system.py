"""A system that is explored once for a quiz, and what there is to see in its states.

What is asked must be the same in every process, so the limits are numbers of states and of slices, never seconds. Of a
system that has more states only single orders are asked about, and never what all of them have in common; of one that
cannot be explored, or in which random numbers decide as well, nothing about its orders. Slices of a chassis, which only
wires other components, are not counted.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...core.box import made_inboxes_of
from ...core.component import Component
from ...core.describe import error_in_words
from ...core.events import RESUMED
from ...core.microprocess import Microprocess, name_in_task
from ...core.origins import fresh_kept
from ...core.states import ASLEEP, ENDED, FAILED, RUNNABLE
from ...core.task import task_of
from ...exploration import CannotExplore, Schedule
from ...exploration.errors import CannotStage
from ...exploration.executions import Differs
from ...exploration.footprint import watching
from ...exploration.graph import Graph
from ...exploration.judge import Judge
from ...exploration.kinds import Opaque
from ...exploration.setting import Setting
from ...exploration.stage import Stage
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
            raise not_explored('it needs Lab(build=..., clock="virtual")')
        try:
            with watching(), fresh_kept():
                self.graph: Graph = _graph_of(lab)
                self.is_complete: bool = self.graph.complete
                self.judge: Judge = Judge(self.graph, None, None, math.inf)
                if self.is_complete:
                    self.judge.judge()
        except (Differs, CannotStage, Opaque, CannotExplore) as error:
            raise not_explored(str(error)) from error
        graph, setting = self.graph, self.graph.setting
        if setting.unseen or setting.chancy:
            raise not_explored("; ".join(setting.unseen) or "random numbers decide what it does")
        self.components: list[int] = graph.components()
        self.names: list[str] = list(setting.names)
        if any(graph.life(0, component) == "unmade" for component in self.components):
            raise not_explored("it makes components while it runs")
        if len(set(self.names)) < len(self.names):
            raise not_explored("several components have the same name")
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


def followed(graph: Graph, state: int, path: Sequence[int]) -> list[int]:
    """Return the states that an order leads through, the first one included."""
    states = [state]
    for component in path:
        targets = [target for one, _, target in graph.edges[states[-1]] if one == component]
        if not targets:
            raise not_explored(f"it has more than {len(graph.states):,} states")
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
            raise not_explored(error_in_words(error)) from error
        try:
            yield stage
        finally:
            stage.close()


def not_explored(why: str) -> NoQuestion:
    """Return the error that says that the orders of a system cannot be asked about, and why."""
    return NoQuestion(f"The orders of this system cannot be asked about, since not every one can be explored: {why}")
