"""Counts: sums over the graph of how many orders there are, how many of them differ, and how likely some are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from .footprint import dependent
from .graph import Graph
from .slices import Slice

#: How many pairs of state and sleep set are looked at before the count of different orders is given up.
MOST = 400_000


def backwards(graph: Graph) -> list[int] | None:
    """Return the states, each after all that follow it; ``None`` if the graph has a cycle."""
    order: list[int] = []
    begun, done = [False] * len(graph.edges), [False] * len(graph.edges)
    stack: list[tuple[int, Iterator[int]]] = []

    def enter(number: int) -> None:
        begun[number] = True
        stack.append((number, iter([target for _, _, target in graph.edges[number]])))

    enter(0)
    while stack:
        number, targets = stack[-1]
        target = next(targets, None)
        if target is None:
            done[number] = True
            order.append(number)
            stack.pop()
        elif not begun[target]:
            enter(target)
        elif not done[target]:
            return None
    return order


def interleavings(graph: Graph, order: list[int], without: Collection[int] = ()) -> int:
    """Return how many orders of slices there are from the beginning to an end, that avoid some states."""
    return orders_from(graph, order, without)[0]


def orders_from(graph: Graph, order: list[int], without: Collection[int] = ()) -> list[int]:
    """Return for each state how many orders of slices there are from it to an end, that avoid some states."""
    count = [0] * len(graph.edges)
    for number in order:
        if number not in without:
            edges = graph.edges[number]
            count[number] = sum(count[target] for _, _, target in edges) if edges else 1
    return count


def chance_of(graph: Graph, order: list[int], bad: Collection[int]) -> float:
    """Return how likely it is to come to one of some states if each slice is drawn, all that can run equally likely."""
    chance = [0.0] * len(graph.edges)
    for number in order:
        edges = graph.edges[number]
        if number in bad:
            chance[number] = 1.0
        elif edges:
            chance[number] = sum(chance[target] for _, _, target in edges) / len(edges)
    return chance[0]


def dependence() -> Callable[[Slice, Slice], bool]:
    """Return a function that tells whether two slices are dependent, and remembers it by their footprints."""
    known: dict[tuple[int, int], bool] = {}

    def ask(one: Slice, other: Slice) -> bool:
        key = (one.kind, other.kind)
        found = known.get(key)
        if found is None:
            found = known[key] = known[other.kind, one.kind] = dependent(one.footprint, other.footprint)
        return found

    return ask


class _Visit:
    """One pair of a state and a sleep set, in the middle of being counted."""

    __slots__ = ("asleep", "edges", "key", "total")

    def __init__(self, key: tuple[int, frozenset[Slice]], graph: Graph) -> None:
        self.key = key
        self.asleep = {slice_.number: slice_ for slice_ in key[1]}
        self.edges = iter(graph.edges[key[0]])
        self.total = 0 if graph.edges[key[0]] else 1


def different(graph: Graph, most: int = MOST) -> int | None:
    """Return how many orders truly differ: of those in which only independent slices change places one is counted.

    These are the complete paths that sleep sets leave, one for each Mazurkiewicz trace. The graph has no cycle. Returns
    ``None`` if that takes more than ``most`` pairs of a state and a sleep set.
    """
    ask = dependence()
    known: dict[tuple[int, frozenset[Slice]], int] = {}
    stack = [_Visit((0, frozenset()), graph)]
    while True:
        visit = stack[-1]
        for component, slice_, target in visit.edges:
            if component in visit.asleep:
                continue
            rest = frozenset([other for other in visit.asleep.values() if not ask(other, slice_)])
            visit.asleep[component] = slice_
            key = (target, rest)
            found = known.get(key)
            if found is None:
                stack.append(_Visit(key, graph))
                break
            visit.total += found
        else:
            known[visit.key] = visit.total
            stack.pop()
            if not stack:
                return visit.total
            stack[-1].total += visit.total
            if len(known) > most:
                return None
