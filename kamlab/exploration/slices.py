"""Slices, remembered: what a slice read, and what it did, so that it need not run again where it would do the same.

A slice is determined by what it could read: its own local state and inboxes, and whatever its footprint says it has
read of others. What it did is kept as absolute values, or relative to the state where that commutes: messages that were
appended to the inboxes of others, and components that were woken. Where an effect is of a kind that is not understood
cell by cell, the slice is *wide*: it is said to read the whole state.
"""

from __future__ import annotations

from typing import Any

from .cells import Cell
from .footprint import Footprint
from .lookup import Lookup
from .states import State

#: New numbers of values, by slot.
Changes = tuple[tuple[int, int], ...]


class Slice:
    """What one slice of one component read and did.

    Attributes:
        number: of the component.
        place: the number of the slice among all that are remembered.
        footprint: what was done to which cell.
        kind: the number of the footprint; equal ones have the same.
        reads: the numbers of the values that it was determined by, by cell.
        sets: the numbers of the new values, by slot.
        appends: the messages that were appended, by slot.
        wakes: the slots of the lives of the components that were woken.
        takes: the inboxes out of which messages were taken, which wakes those that send there.
        sends: whether a message was sent.
        lossy: the inboxes of the messages that were sent over lossy links, in order.
        fails: the components that failed.
        feeds: the components that paused, and are woken when what they sent is taken.
        wired: the cells that it reads only since they tell whom these feed; that is in the footprint, and nowhere else.
        outcomes: what it has changed so far, by the values at the slots that this depends on.
    """

    __slots__ = (
        *("appends", "fails", "feeds", "footprint", "kind", "lossy", "number", "outcomes", "place", "reads", "sends"),
        *("sets", "takes", "wakes", "wired"),
    )

    def __init__(self, footprint: Footprint, kind: int, reads: dict[Cell, int], fails: tuple[int, ...]) -> None:
        self.number = footprint[0]
        self.place = 0
        self.footprint = footprint
        self.kind = kind
        self.reads = reads
        self.sets: Changes = ()
        self.appends: tuple[tuple[int, tuple[Any, ...]], ...] = ()
        self.wakes: tuple[int, ...] = ()
        self.takes: tuple[Cell, ...] = ()
        self.fails = fails
        self.lossy: tuple[Cell, ...] = ()
        self.feeds: tuple[int, ...] = ()
        self.wired: frozenset[Cell] = frozenset()
        self.outcomes: Lookup[Changes] = Lookup()
        marks = footprint[1]
        self.sends = any("A" in letters for letters in marks.values())

    def rewired(self, footprint: Footprint, kind: int, reads: dict[Cell, int], wired: frozenset[Cell]) -> Slice:
        """Return this slice where the same components feed others: it does the same, and depends on other slices."""
        slice_ = Slice(footprint, kind, reads, self.fails)
        slice_.number, slice_.sets, slice_.appends = self.number, self.sets, self.appends
        slice_.wakes, slice_.takes, slice_.lossy = self.wakes, self.takes, self.lossy
        slice_.feeds, slice_.wired, slice_.outcomes = self.feeds, wired, self.outcomes
        return slice_


class Memory:
    """The slices known so far, found by the component that runs, its local state, and what they read."""

    def __init__(self) -> None:
        self._known: dict[int, dict[int, Lookup[Slice]]] = {}
        #: The same, by what they read but for whom they feed.
        self._elsewhere: dict[int, dict[int, Lookup[Slice]]] = {}
        self._locals: list[int] = []
        self.slices: list[Slice] = []

    def find(self, number: int, local: int, state: State[int]) -> Slice | None:
        """Return the slice of a component in a state, if it is known; ``local`` is the number of its local state."""
        known = self._known.get(number)
        lookup = None if known is None else known.get(local)
        return None if lookup is None else lookup.find(state)

    def find_elsewhere(self, number: int, local: int, state: State[int]) -> Slice | None:
        """Return a slice of a component that does the same as in a state, but where it may feed others."""
        known = self._elsewhere.get(number)
        lookup = None if known is None else known.get(local)
        return None if lookup is None else lookup.find(state)

    def add(self, slice_: Slice, local: int, slots: dict[Cell, int]) -> None:
        """Remember a slice.

        Args:
            slice_: the slice.
            local: the number of the local state in which it runs.
            slots: the slots of cells; a cell that has none has never changed.
        """
        self.keep(slice_, local)
        self._enter(slice_, local, slots)

    def keep(self, slice_: Slice, local: int = 0) -> None:
        """Give a slice its place; it is not found by what it reads."""
        slice_.place = len(self.slices)
        self.slices.append(slice_)
        self._locals.append(local)

    def _enter(self, slice_: Slice, local: int, slots: dict[Cell, int]) -> None:
        values = {slots[cell]: number for cell, number in slice_.reads.items() if cell in slots}
        self._known.setdefault(slice_.number, {}).setdefault(local, Lookup()).enter(values, slice_)
        if slice_.wired:
            rest = {slots[cell]: number for cell, number in slice_.reads.items() if cell in slots.keys() - slice_.wired}
            self._elsewhere.setdefault(slice_.number, {}).setdefault(local, Lookup()).enter(rest, slice_)

    def note_link(self, cell: Cell) -> None:
        """Note that a box leads elsewhere for the first time: whom its owner feeds has depended on that all along."""
        for slice_ in self.slices:
            if cell[1] in slice_.feeds and cell not in slice_.reads:
                slice_.reads[cell] = 0
                if slice_.wired:
                    slice_.wired |= {cell}

    def reads(self, cell: Cell) -> bool:
        """Return whether a slice that is remembered reads a cell."""
        return any(cell in slice_.reads for slice_ in self.slices)

    def forget_where(self) -> None:
        """Forget in which states slices run, and what they change there; the slices themselves are kept."""
        self._known.clear()
        for slice_ in self.slices:
            slice_.outcomes.clear()

    def begin_again(self, slots: dict[Cell, int]) -> None:
        """Enter all slices again, because a cell that some of them read has a slot now."""
        self._known.clear()
        self._elsewhere.clear()
        for slice_, local in zip(self.slices, self._locals, strict=True):
            self._enter(slice_, local, slots)
