"""The states of a system as a graph: by depth, where it goes wrong, and the shortest way there.

A small graph is drawn whole, a dot for each state. Of a large one, how many states there are in each depth: dots that
nobody can tell apart show less than numbers. The text form has these numbers in either case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis.words import counted, joined
from ..render import Document, Picture, View

#: The most states and edges of a graph that is drawn whole, and the most states in one depth.
STATES, EDGES, WIDE = 200, 700, 40
#: The most depths that the text form lists.
ROWS = 60


@dataclass(frozen=True, slots=True)
class StateDot:
    """A state: how many slices it takes at least to come to it, and what it is.

    ``names`` is what is wrong there, ``is_end`` whether nothing goes on from it, ``decided`` whether every order from
    it goes wrong.
    """

    depth: int
    names: tuple[str, ...] = ()
    is_end: bool = False
    decided: bool = False


@dataclass(frozen=True, slots=True)
class StateEdge:
    """A slice that leads from one state to another, by their places, the component, and whether it is on a cycle."""

    start: int
    end: int
    name: str
    on_cycle: bool = False


@dataclass(frozen=True, slots=True)
class DepthRow:
    """How many states there are in one depth: in all, decided, with something wrong, and good ends."""

    depth: int
    states: int
    decided: int
    bad: int
    good_ends: int


@dataclass(frozen=True, slots=True, repr=False)
class StateGraph(View):
    """The graph of states. Printed, it is a table by depth; in a notebook, a picture.

    Attributes:
        rows: how many states there are in each depth.
        dots, edges: the states and the slices; both empty if there are too many to draw.
        way: the components that run on the shortest way to where it goes wrong, slice by slice.
        way_dots: the states on that way, as many and one more; empty if there are too many to draw.
        names: in how many states each thing is wrong.
        cycles: whether there are orders without an end.
        complete: whether these are all states.

    >>> dots = (StateDot(0), StateDot(1, ("deadlock",), True, True))
    >>> graph = StateGraph((DepthRow(0, 1, 0, 0, 0), DepthRow(1, 1, 1, 1, 0)), dots, (StateEdge(0, 1, "A"),), ("A",))
    >>> print(graph)
    2 states, 1 slice deep; from 1 of them every order goes wrong
      depth  states  decided  ends  bad  the shortest way
          0       1        .     .    .
          1       1        1     .    1  A
    """

    rows: tuple[DepthRow, ...]
    dots: tuple[StateDot, ...] = ()
    edges: tuple[StateEdge, ...] = ()
    way: tuple[str, ...] = ()
    way_dots: tuple[int, ...] = ()
    names: tuple[tuple[str, int], ...] = ()
    cycles: bool = False
    complete: bool = True

    @property
    def states(self) -> int:
        """How many states there are."""
        return sum(row.states for row in self.rows)

    @property
    def decided(self) -> int:
        """From how many of them every order goes wrong."""
        return sum(row.decided for row in self.rows)

    @property
    def headline(self) -> str:
        """How many states there are, and from how many it goes wrong in every order."""
        head = f"{self.states:,} state{'s' * (self.states != 1)}, {counted(len(self.rows) - 1, 'slice')} deep"
        if not self.complete:
            head = f"the first {head}"
        if self.cycles:
            head += ", with orders that have no end"
        if self.decided:
            return f"{head}; from {self.decided:,} of them every order goes wrong"
        if self.names:
            return f"{head}; it can go wrong"
        return f"{head}; no order goes wrong" if self.complete else f"{head}; nothing wrong was found"

    @property
    def summary(self) -> str:
        """The picture in a sentence, for those who cannot see it."""
        wrong = joined([f"{name} in {counted(count, 'state')}" for name, count in self.names])
        way = f" The shortest way there: {self._turns()}." if self.way else ""
        return f"State graph: {self.headline}{': ' if wrong else ''}{wrong}.{way}"

    def _turns(self) -> str:
        turns: list[str] = []
        for name in self.way:
            if not turns or turns[-1] != name:
                turns.append(name)
        return joined(turns, "then", 12)

    @property
    def svg(self) -> str:
        """The picture; the same graph gives the same bytes."""
        from .state_svg import as_svg

        return as_svg(self)

    def document(self) -> Document:
        """Return the picture."""
        return (Picture(self.svg, self.summary),)

    def as_words(self) -> str:
        """Return how many states there are in each depth, and who runs on the shortest way, as text."""
        return "\n".join([self.headline, *self._lines()])

    def _lines(self) -> Iterator[str]:
        head = "  depth  states" + "  decided" * bool(self.decided) + "  ends  bad"
        yield head + "  the shortest way" * bool(self.way)
        for row in self.rows[:ROWS]:
            decided = f"  {_number(row.decided):>7}" if self.decided else ""
            name = self.way[row.depth - 1] if 0 < row.depth <= len(self.way) else ""
            text = f"  {row.depth:>5}  {row.states:>6}{decided}  {_number(row.good_ends):>4}  {_number(row.bad):>3}"
            yield f"{text}  {name}".rstrip()
        if len(self.rows) > ROWS:
            yield f"  and {len(self.rows) - ROWS} more depths"


def _number(count: int) -> str:
    return str(count) if count else "."
