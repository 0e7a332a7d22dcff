"""The edges of faults in a graph: which there are in a state, and how many there were on the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.states import ALIVE
from . import cells
from .cells import Cell
from .faults import TIMERS, Choice, fates_of, number_of_choice
from .slices import Slice, State

if TYPE_CHECKING:
    from .graph import Graph


class Faults:
    """The faults of one graph.

    Args:
        graph: the graph.

    Attributes:
        clock: the number of the choice that the next timer fires; ``None`` where that is no choice.
        jump: the slice of that choice: it depends on all others.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.clock: int | None = None
        self.jump: Slice | None = None

    def _left(self, state: State) -> float:
        """Return how many faults there may still be."""
        most = self._graph.setting.world.most
        return float("inf") if most is None else most - self._graph.value(state, cells.FAULTS)

    def with_timers(self, state: State, can_run: list[int]) -> list[int]:
        """Return the choices in a state: the components that can run, and if they can, that the next timer fires."""
        graph = self._graph
        if (
            TIMERS not in graph.setting.world.faults
            or not can_run
            or self._left(state) < 1
            or graph.jump(state) is None
        ):
            return list(can_run)
        if self.clock is None:
            self.clock = number_of_choice(graph.setting, Choice(None))
            self.jump = graph.slice_of_clock(self.clock)
        return [*can_run, self.clock]

    def variants(self, state: State, component: int, slice_: Slice) -> list[int]:
        """Return the choices in which a component runs this slice, and something becomes of its messages."""
        graph, left = self._graph, self._left(state)
        waiting: list[tuple[Cell, int | None]] = []
        for place, cell in enumerate(slice_.lossy):
            is_alive = graph.value(state, (cells.LIFE, cell[1]))[0] in ALIVE
            before = len(graph.value(state, cell)) + slice_.lossy[:place].count(cell)
            waiting.append((cell, before if is_alive else None))
        found = []
        for fates in fates_of(graph.setting, waiting):
            choice = Choice(component, fates)
            if choice.faults <= left:
                number = number_of_choice(graph.setting, choice)
                graph.runs_as(number, component)
                found.append(number)
        return found

    def count(self, state: State, choice: int) -> State:
        """Return a state with the faults of a choice counted, if only so many are allowed."""
        setting = self._graph.setting
        known = setting.choices.get(choice)
        if known is None or setting.world.most is None:
            return state
        return self._graph.with_value(state, cells.FAULTS, self._graph.value(state, cells.FAULTS) + known.faults)
