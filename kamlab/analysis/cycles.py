"""Circles in a graph: groups of nodes that can all reach each other, and one circle to tell of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

Node = TypeVar("Node")
Edge = TypeVar("Edge")

#: How many moves the search for a long circle makes before it takes the longest it has found.
MOVES = 20_000


def groups_of(nodes: Sequence[Node], onward: Callable[[Node], Iterable[Node]]) -> list[list[Node]]:
    """Return the groups of nodes that reach each other, in the order of ``nodes`` (Tarjan, without recursion).

    ``onward`` gives where one leads to; what is not among ``nodes`` is left out.

    >>> groups_of("abcd", {"a": "b", "b": "ca", "c": "d", "d": "x"}.__getitem__)
    [['a', 'b'], ['c'], ['d']]
    """
    place = {node: index for index, node in enumerate(nodes)}
    number: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    groups: list[list[Node]] = []
    work: list[tuple[Node, Iterator[Node]]] = []

    def enter(node: Node) -> None:
        number[node] = lowest[node] = len(number)
        stack.append(node)
        on_stack.add(node)
        work.append((node, iter([other for other in onward(node) if other in place])))

    def leave(node: Node) -> None:
        if work:
            lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[node])
        if lowest[node] == number[node]:
            begin = stack.index(node)
            group = stack[begin:]
            del stack[begin:]
            on_stack.difference_update(group)
            groups.append(sorted(group, key=place.__getitem__))

    for root in nodes:
        if root not in number:
            enter(root)
        while work:
            node, others = work[-1]
            for other in others:
                if other not in number:
                    enter(other)
                    break
                if other in on_stack:
                    lowest[node] = min(lowest[node], number[other])
            else:
                work.pop()
                leave(node)
    return sorted(groups, key=lambda group: place[group[0]])


def circle_through(
    first: Node, size: int, edges: Callable[[Node], Iterable[Edge]], end: Callable[[Edge], Node]
) -> list[tuple[Node, Edge]]:
    """Return the longest circle through a node that a bounded search finds, as (node, edge) pairs.

    Among dining philosophers a short circle (a fork and the one who holds it) is true but tells little;
    the long one is the story. ``size`` is how long it can be at most, ``end`` where an edge leads to.

    >>> ways = {"a": ["ab"], "b": ["ba", "bc"], "c": ["ca"]}
    >>> circle_through("a", 3, ways.__getitem__, lambda edge: edge[1])
    [('a', 'ab'), ('b', 'bc'), ('c', 'ca')]
    """
    best: list[tuple[Node, Edge]] = []
    path: list[tuple[Node, Edge]] = []
    at, left = [first], [iter(edges(first))]
    visited = {first}
    for _ in range(MOVES):
        if not left or len(best) == size:
            break
        edge = next(left[-1], None)
        if edge is None:
            left.pop()
            visited.discard(at.pop())
            del path[-1:]
            continue
        there = end(edge)
        if there == first:
            if len(path) + 1 > len(best):
                best = [*path, (at[-1], edge)]
        elif there not in visited:
            path.append((at[-1], edge))
            at.append(there)
            visited.add(there)
            left.append(iter(edges(there)))
    return best or _shortest(first, edges, end)


def _shortest(
    first: Node, edges: Callable[[Node], Iterable[Edge]], end: Callable[[Edge], Node]
) -> list[tuple[Node, Edge]]:
    ways: dict[Node, list[tuple[Node, Edge]]] = {first: []}
    left = [first]
    for node in left:
        for edge in edges(node):
            way = [*ways[node], (node, edge)]
            if end(edge) == first:
                return way
            if end(edge) not in ways:
                ways[end(edge)] = way
                left.append(end(edge))
    return []
