"""Whom a component feeds, which is in the footprint of a slice in which it pauses: worked out from where boxes lead.

A component that pauses is woken when a message that it sent is taken, so its pause depends on each take out of an inbox
that it feeds. That is all that those links mean for such a slice. So where only they differ the slice is not run again:
what it did is known, and which slices it depends on follows from the links.
"""

from __future__ import annotations

from .cells import FEEDERS, LEADS, Cell
from .footprint import Footprint
from .slices import Slice
from .states import State, States

#: The letter of a pause, on the inboxes that the component feeds.
PAUSED = "S"


def feeding(component: int, states: States, state: State[int]) -> tuple[set[Cell], set[Cell]]:
    """Return the inboxes that a component feeds in a state, as cells of footprints, and the cells that tell it."""
    inboxes: set[Cell] = set()
    followed = {cell for cell in states.initial if cell[:3:2] == (LEADS, "outbox") and cell[1] == component}
    for cell in tuple(followed):
        end = states.value(state, cell)
        while end is not None:
            number, kind, name = end
            onward: Cell = (LEADS, number, kind, name)
            followed.add(onward)
            end = states.value(state, onward)
            if end is None and kind == "inbox":
                inboxes.add((FEEDERS, number, name))
    return inboxes, followed


def footprint_of_feeding(slice_: Slice, states: States, state: State[int]) -> tuple[Footprint, dict[Cell, int]]:
    """Return the footprint that a known slice has in a state, and the links that tell it, with their values."""
    inboxes: set[Cell] = set()
    followed: set[Cell] = set()
    for component in slice_.feeds:
        found = feeding(component, states, state)
        inboxes |= found[0]
        followed |= found[1]
    marks = {cell: letters.replace(PAUSED, "") for cell, letters in slice_.footprint[1].items()}
    for cell in inboxes:
        marks[cell] = "".join(sorted({*marks.get(cell, ""), PAUSED}))
    footprint = slice_.footprint[0], {cell: letters for cell, letters in marks.items() if letters}
    return footprint, {cell: states.number(state, cell) for cell in followed}
