"""Real executions beside the graph: the path to a state runs in the engine, and is compared with it cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import cells
from .cells import Cell
from .setting import Setting
from .stage import Stage
from .states import State, States

#: The kinds of cells that only the graph has: it counts there.
OF_GRAPH = (cells.PASSED, cells.FAULTS[0])


#: Of how many executions of a system on a network one is compared before its slice, beside all after theirs.
COMPARED = 8


class Differs(Exception):
    """The real system and the graph differ: something has a state that is not seen."""


class Executions:
    """Real executions that stand in a state of a graph.

    Args:
        setting: what all executions share.
        states: the states.
        path: returns the components that run on the way to a state.
        words: returns what a cell is, in words.

    Attributes:
        replayed: how many slices were run only to come to a state.
    """

    def __init__(
        self, setting: Setting, states: States, path: Callable[[int], list[int]], words: Callable[[Cell], str]
    ) -> None:
        self._setting = setting
        self._states = states
        self._path = path
        self._words = words
        self._standing: tuple[int, Stage] | None = None
        self.replayed = self._asked = 0

    def stand_at(self, number: int) -> tuple[Stage, dict[Cell, Any]]:
        """Return a real execution that stands in a state, and its values.

        Raises:
            Differs: it is in another state than the graph says.
        """
        stage = self._run_to(number)
        found = stage.capture()
        self.compare(found, number)
        return stage, found

    def standing(self, number: int) -> Stage:
        """Return a real execution that stands in a state; one of :data:`COMPARED` is compared with it.

        Raises:
            Differs: it is in another state than the graph says.
        """
        self._asked += 1
        return self._run_to(number) if self._asked % COMPARED else self.stand_at(number)[0]

    def _run_to(self, number: int) -> Stage:
        standing, self._standing = self._standing, None
        if standing is not None and standing[0] == number:
            return standing[1]
        if standing is not None:
            standing[1].close()
        path = self._path(number)
        self.replayed += len(path)
        return Stage(self._setting).run(path)

    def keep(self, stage: Stage, number: int) -> None:
        """Keep an execution that stands in a state now, in case that it is asked for next."""
        self._standing = (number, stage)

    def close(self) -> None:
        """Close the execution that was kept."""
        if self._standing is not None:
            self._standing[1].close()
            self._standing = None

    def compare(self, found: dict[Cell, Any], number: int) -> None:
        """Check that real values are those of a state.

        Raises:
            Differs: they are not.
        """
        differing = self.differing(found, number)
        if differing:
            raise Differs(
                f"the system does not do the same again: {differing} is not what it was; "
                "it depends on something that is not seen"
            )

    def differing(self, found: dict[Cell, Any], number: int) -> str:
        """Return in words what differs first between real values and those of a state; "" if nothing does."""
        cell = self._differing(self._states.encode(found), self._states[number])
        return "" if cell is None else self._words(cell)

    def compare_slice(self, found: dict[Cell, Any], state: State[int], name: str) -> None:
        """Check that real values are those that a slice of a component should have led to.

        Raises:
            Differs: they are not.
        """
        real = self._states.encode(found)
        cell = self._differing(real, self._states.opened(state))
        if cell is not None:
            raise Differs(f"a slice of {name} changed {self._words(cell)} in a way that is not understood")

    def _differing(self, real: State[int], state: State[int]) -> Cell | None:
        """Return the first cell whose value is not the same in two states, or ``None``."""
        if real == state:
            return None
        differing = (place for place, (one, other) in enumerate(zip(real, state, strict=True)) if one != other)
        found = map(self._states.cells.__getitem__, differing)
        return next((cell for cell in found if cell[0] not in OF_GRAPH), None)
