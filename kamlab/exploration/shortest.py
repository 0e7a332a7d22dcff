"""The shortest way to a state: the fewest slices, and of these the fewest changes from one component to another."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from itertools import pairwise

from .graph import Graph


def shortest(graph: Graph, goals: Collection[int]) -> list[tuple[int, int]] | None:
    """Return the shortest way from the beginning to one of some states; ``None`` if none is reached.

    Returns:
        The components that run, each with the state that its slice leads to.
    """
    came: dict[tuple[int, int], tuple[tuple[int, int], int] | None] = {}
    heap: list[tuple[int, int, int, tuple[int, int], tuple[tuple[int, int], int] | None]]
    heap = [(0, 0, 0, (0, -1), None)]
    count = 0
    while heap:
        slices, switches, _, node, before = heapq.heappop(heap)
        if node in came:
            continue
        came[node] = before
        state, last = node
        if state in goals:
            return _way(came, node)
        for component, _, target in graph.edges[state]:
            onward = (target, component)
            if onward not in came:
                count += 1
                more = switches + (component != last and last >= 0)
                heapq.heappush(heap, (slices + 1, more, count, onward, (node, component)))
    return None


def _way(
    came: dict[tuple[int, int], tuple[tuple[int, int], int] | None], node: tuple[int, int]
) -> list[tuple[int, int]]:
    way = []
    before = came[node]
    while before is not None:
        way.append((before[1], node[0]))
        node = before[0]
        before = came[node]
    return way[::-1]


def switches_in(path: list[int]) -> int:
    """Return how often another component runs than in the slice before."""
    return sum(one != other for one, other in pairwise(path))


def leads_to(graph: Graph, goals: Collection[int]) -> set[int]:
    """Return the states from which one of some states can be reached."""
    before: dict[int, list[int]] = {}
    for number, edges in enumerate(graph.edges):
        for _, _, target in edges:
            before.setdefault(target, []).append(number)
    found, todo = set(goals), list(goals)
    while todo:
        for number in before.get(todo.pop(), ()):
            if number not in found:
                found.add(number)
                todo.append(number)
    return found
