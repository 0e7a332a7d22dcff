"""The edges of a graph, twelve bytes each: who runs, which slice, and the state that it leads to."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, overload

from .slices import Slice

#: An edge: the component that runs, its slice, and the state it leads to.
Edge = tuple[int, Slice, int]


class Edges(Sequence[list[Edge]]):
    """What leads on from each state, by its number; states are explored in the order of their numbers.

    Args:
        slices: the slices, by their place.

    Attributes:
        known: how many states there are; what leads on from the last ones may not be explored yet.
        movers, places, targets: of each edge who runs, the place of its slice, and the state that it leads to.
        first: for each state that was explored its first edge, and behind the last one how many edges there are.
    """

    def __init__(self, slices: Sequence[Slice]) -> None:
        self._slices = slices
        self.known = 0
        self.movers = array("i")
        self.places = array("I")
        self.targets = array("I")
        self.first = array("I", [0])

    def add(self, component: int, slice_: Slice, target: int) -> None:
        """Add an edge of the state that is being explored."""
        self.movers.append(component)
        self.places.append(slice_.place)
        self.targets.append(target)

    def close(self) -> None:
        """Note that all edges of the state that is being explored were added."""
        self.first.append(len(self.targets))

    def range_of(self, number: int) -> range:
        """Return which edges lead on from a state."""
        return range(self.first[number], self.first[number + 1]) if number < len(self.first) - 1 else range(0)

    def targets_of(self, number: int) -> Sequence[int]:
        """Return the states that those which lead on from a state lead to."""
        first = self.first
        return self.targets[first[number] : first[number + 1]] if number < len(first) - 1 else ()

    def __len__(self) -> int:
        return self.known

    @overload
    def __getitem__(self, number: int) -> list[Edge]: ...

    @overload
    def __getitem__(self, number: slice) -> list[list[Edge]]: ...

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(self.known))]
        if not -self.known <= number < self.known:
            raise IndexError(f"there is no state {number}")
        number %= self.known
        slices, movers, places, targets = self._slices, self.movers, self.places, self.targets
        return [(movers[place], slices[places[place]], targets[place]) for place in self.range_of(number)]
