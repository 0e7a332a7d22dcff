"""States, each a few bytes: one number for each cell that ever changes.

A cell gets a slot when its value is first seen to differ from the one at the beginning, and all states are extended by
a slot then. The values of a cell are numbered on their own, from 0, the value at the beginning, so nearly all numbers
fit into a byte. When some cell has more values than that, every state is written again with two bytes for a slot, or
four. A state of fifty cells takes a hundred bytes that way, a tenth of what a tuple and its numbers do, and comparing
two is comparing bytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import Any

from .cells import LIFE, LOCAL, Cell, default_of

#: A state, opened: for each slot the number of its value.
State = array  # of int

#: How many slots a state is extended by at a time.
SPARE = 8

#: The codes of arrays with items of one, two and four bytes, and how many numbers they hold.
_SIZES = {"B": 1 << 8, "H": 1 << 16, "I": 1 << 32}


def _ignore(_cell: Cell, _slot: int) -> None:
    """Do nothing about a slot."""


class States:
    """The states of a graph, by number, and what their bytes mean.

    Args:
        first: the values of all cells in the first state.

    Attributes:
        slots: the slot of each cell that has one.
        cells: the cell of each slot.
        version: changes when states are extended or written again; what was opened before is not to be used then.
    """

    def __init__(self, first: dict[Cell, Any]) -> None:
        self.initial = dict(first)
        self.slots: dict[Cell, int] = {}
        self.cells: list[Cell] = []
        self.version = 0
        self._numbers: list[dict[Any, int]] = []
        self._values: list[list[Any]] = []
        self._width = 0
        self._code = "B"
        self._all: list[bytes] = []
        self._index: dict[bytes, int] = {}
        #: Called with each cell that has been given a slot, and the slot.
        self.on_slot: Callable[[Cell, int], Any] = _ignore

    # -- the states -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, number: int) -> State[int]:
        return array(self._code, self._all[number])

    def __iter__(self) -> Iterator[State[int]]:
        return map(self.__getitem__, range(len(self._all)))

    def find(self, state: State[int]) -> int | None:
        """Return the number of a state; ``None`` if it is not known."""
        return self._index.get(state.tobytes())

    def add(self, state: State[int]) -> int:
        """Return the number of a state, from now on if not before."""
        raw = state.tobytes()
        number = self._index.setdefault(raw, len(self._all))
        if number == len(self._all):
            self._all.append(raw)
        return number

    def alias(self, state: State[int], number: int) -> None:
        """Remember that a state, as soon as it is come to, is followed by another, in which time has moved."""
        self._index[state.tobytes()] = number

    # -- slots and numbers of values ----------------------------------------------------------------

    def slot(self, cell: Cell) -> int:
        """Return the slot of a cell; if it has none, give it one."""
        slot = self.slots.get(cell)
        if slot is None:
            slot = self.slots[cell] = len(self.cells)
            self.cells.append(cell)
            value = self.initial.setdefault(cell, default_of(cell))
            self._numbers.append({value: 0})
            self._values.append([value])
            if slot >= self._width:
                self._width += SPARE
                self._write_again(self._code)
            self.on_slot(cell, slot)
        return slot

    def code(self, slot: int, value: Any) -> int:
        """Return the number of a value of a cell; 0 is the value at the beginning."""
        numbers = self._numbers[slot]
        code = numbers.get(value)
        if code is None:
            code = numbers[value] = len(numbers)
            self._values[slot].append(value)
            if code >= _SIZES[self._code]:
                self._write_again("H" if self._code == "B" else "I")
        return code

    def _write_again(self, code: str) -> None:
        """Write all states with a number of bytes for each slot, and as wide as states are now."""
        self.version += 1
        old, self._code = self._code, code
        self._index = {self._fitted(array(old, raw)).tobytes(): number for raw, number in self._index.items()}
        self._all = [b""] * len(self._all)
        for raw, number in self._index.items():
            self._all[number] = self._all[number] or raw  # what is entered later is an alias

    def _fitted(self, state: State[int]) -> State[int]:
        fitted = state if state.typecode == self._code else array(self._code, state)
        missing = self._width - len(fitted)
        return fitted + array(self._code, bytes(missing * fitted.itemsize)) if missing else fitted

    def opened(self, state: State[int]) -> State[int]:
        """Return a state that was opened before states were written again, as it is now."""
        return self._fitted(state)

    def blank(self) -> State[int]:
        """Return the state in which each cell has the value that it had at the beginning."""
        return self._fitted(array(self._code))

    def encode(self, found: dict[Cell, Any]) -> State[int]:
        """Return the state with these values; a cell that is not there has its default."""
        slots, initial = self.slots, self.initial
        codes: dict[int, int] = {}
        for cell, value in found.items():
            slot = slots.get(cell)
            if slot is None:
                if value == initial.get(cell, default_of(cell)) and cell[0] not in (LIFE, LOCAL):
                    continue
                slot = self.slot(cell)
            codes[slot] = self.code(slot, value)
        for cell, slot in slots.items():
            if cell not in found:
                codes[slot] = self.code(slot, default_of(cell))
        state = self.blank()
        for slot, code in codes.items():
            state[slot] = code
        return state

    def most_varied(self) -> tuple[Cell, int]:
        """Return the cell that has had the most values so far, and how many."""
        slot = max(range(len(self.cells)), key=lambda slot: len(self._values[slot]))
        return self.cells[slot], len(self._values[slot])

    # -- values -----------------------------------------------------------------------------------

    def number(self, state: State[int], cell: Cell) -> int:
        """Return the number of the value of a cell in a state, among the values of this cell."""
        slot = self.slots.get(cell)
        return 0 if slot is None else state[slot]

    def value(self, state: State[int], cell: Cell) -> Any:
        """Return the value of a cell in a state."""
        slot = self.slots.get(cell)
        if slot is None:
            return self.initial.get(cell, default_of(cell))
        return self._values[slot][state[slot]]

    def at(self, state: State[int], slot: int) -> Any:
        """Return the value at a slot in a state."""
        return self._values[slot][state[slot]]
