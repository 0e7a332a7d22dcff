"""The edges of faults in a graph: which there are in a state, and how many there were on the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.states import ALIVE
from . import cells
from .cells import Cell
from .faults import TIMERS, Choice, fates_of, number_of_choice
from .network_state import TIMERS_OF_NETWORK
from .slices import Memory, Slice
from .states import State, States

if TYPE_CHECKING:
    from .graph import Graph
    from .transitions import Transitions

#: The kind of the footprint of the clock; those of slices count from 0.
CLOCK = -1


class Faults:
    """The faults of one graph.

    Args:
        graph: the graph.
        states, transitions, memory: those of the graph.

    Attributes:
        clock: the number of the choice that the next timer fires; ``None`` as long as there is none.
        jump: the slice of that choice: it depends on all others.
    """

    def __init__(self, graph: Graph, states: States, transitions: Transitions, memory: Memory) -> None:
        self._setting = graph.setting
        self._states = states
        self._transitions = transitions
        self._memory = memory
        self.clock: int | None = None
        self.jump: Slice | None = None
        if graph.setting.world.most is not None:
            states.slot(cells.FAULTS)

    def _left(self, state: State[int]) -> float:
        """Return how many faults there may still be."""
        most = self._setting.world.most
        return float("inf") if most is None else most - self._states.value(state, cells.FAULTS)

    def with_timers(self, state: State[int], can_run: list[int]) -> list[int]:
        """Return the choices in a state: the components that can run, and if they can, that the next timer fires."""
        wanted = TIMERS in self._setting.world.faults and can_run and self._left(state) >= 1
        if not wanted or not self._has_timer(state):
            return list(can_run)
        if self.clock is None:
            self.clock = number_of_choice(self._setting, Choice(None))
            self.jump = Slice((self.clock, {cells.TIME: "W", cells.FAULTS: "W"}), CLOCK, {}, ())
            self._memory.keep(self.jump)
            self._transitions.locals[self.clock] = self._states.slot(cells.TIME)
        return [*can_run, self.clock]

    def _has_timer(self, state: State[int]) -> bool:
        """Return whether a timer is pending; on a network what is under way has timers as well."""
        if self._setting.networked:
            return bool(self._states.value(state, cells.NETWORK)[TIMERS_OF_NETWORK])
        return self._transitions.jump(state) is not None

    def variants(self, state: State[int], component: int, slice_: Slice) -> list[int]:
        """Return the choices in which a component runs this slice, and something becomes of its messages."""
        left, value = self._left(state), self._states.value
        sent: list[tuple[Cell, int | None]] = []
        for place, cell in enumerate(slice_.lossy):
            is_alive = value(state, (cells.LIFE, cell[1]))[0] in ALIVE
            before = len(value(state, cell)) + slice_.lossy[:place].count(cell)
            sent.append((cell, before if is_alive else None))
        found = []
        for fates in fates_of(self._setting, sent):
            choice = Choice(component, fates)
            if choice.faults <= left:
                number = number_of_choice(self._setting, choice)
                self._transitions.locals[number] = self._transitions.locals[component]
                found.append(number)
        return found

    def count(self, state: State[int], choice: int) -> State[int]:
        """Return a state with the faults of a choice counted, if only so many are allowed."""
        states, setting = self._states, self._setting
        if setting.world.most is None:
            return state
        state, slot = states.opened(state), states.slot(cells.FAULTS)
        code = states.code(slot, states.value(state, cells.FAULTS) + setting.choices[choice].faults)
        changed = state[:]
        changed[slot] = code
        return changed
