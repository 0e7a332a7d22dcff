"""Slices, remembered: what a slice read, and what it did, so that it need not run again where it would do the same.

A slice is determined by what it could read: its own local state and inboxes, and whatever its footprint says it has
read of others. What it did is kept as absolute values, or relative to the state where that commutes: messages that were
appended to the inboxes of others, and components that were woken. Where an effect is of a kind that is not understood
cell by cell, the slice is *wide*: it is said to read the whole state.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from .cells import Cell
from .footprint import Footprint

#: A state: for each slot the number of its value; 0 is the value that it had at the beginning.
State = tuple[int, ...]


class Slice:
    """What one slice of one component read and did.

    Attributes:
        number: of the component.
        footprint: what was done to which cell.
        kind: the number of the footprint; equal ones have the same.
        reads: the values that it was determined by, by cell.
        sets: the new values, by slot.
        appends: the messages that were appended, as the number of their tuple, by slot.
        wakes: the slots of the lives of the components that were woken.
        takes: the inboxes out of which messages were taken, which wakes those that send there.
        sends: whether a message was sent.
        lossy: the inboxes of the messages that were sent over lossy links, in order.
        fails: the components that failed.
    """

    __slots__ = ("appends", "fails", "footprint", "kind", "lossy", "number", "reads", "sends", "sets", "takes", "wakes")

    def __init__(self, footprint: Footprint, kind: int, reads: dict[Cell, int], fails: tuple[int, ...]) -> None:
        self.number = footprint[0]
        self.footprint = footprint
        self.kind = kind
        self.reads = reads
        self.sets: tuple[tuple[int, int], ...] = ()
        self.appends: tuple[tuple[int, int], ...] = ()
        self.wakes: tuple[int, ...] = ()
        self.takes: tuple[Cell, ...] = ()
        self.fails = fails
        self.lossy: tuple[Cell, ...] = ()
        marks = footprint[1]
        self.sends = any("A" in letters for letters in marks.values())


class Memory:
    """The slices known so far, found by what they read.

    Slices of one component in one local state that read the same slots share a table, whose keys are the values there.
    """

    def __init__(self) -> None:
        self._tables: dict[tuple[int, int], list[tuple[Any, dict[Any, Slice]]]] = {}
        self.slices: list[Slice] = []

    def find(self, number: int, local: int, state: State) -> Slice | None:
        """Return the slice of a component in a state, if it is known; ``local`` is the number of its local state."""
        for pick, table in self._tables.get((number, local), ()):
            found = table.get(pick(state))
            if found is not None:
                return found
        return None

    def add(self, slice_: Slice, local: int, where: dict[Cell, tuple[int, int]]) -> None:
        """Remember a slice.

        Args:
            slice_: the slice.
            local: the number of the local state in which it runs.
            where: for each cell that has a slot the slot, and the number there of the value that was read.
        """
        self.slices.append(slice_)
        self._enter(slice_, local, where)

    def _enter(self, slice_: Slice, local: int, where: dict[Cell, tuple[int, int]]) -> None:
        pairs = sorted(where.values())
        slots = tuple(slot for slot, _ in pairs)
        pick = itemgetter(*slots)
        key = tuple(value for _, value in pairs) if len(pairs) > 1 else pairs[0][1]
        tables = self._tables.setdefault((slice_.number, local), [])
        for other, table in tables:
            if other == pick or repr(other) == repr(pick):
                table[key] = slice_
                return
        tables.append((pick, {key: slice_}))

    def begin_again(self, entries: list[tuple[Slice, int, dict[Cell, tuple[int, int]]]]) -> None:
        """Enter all slices again, because a cell that some of them read has a slot now."""
        self._tables.clear()
        for slice_, local, where in entries:
            self._enter(slice_, local, where)
