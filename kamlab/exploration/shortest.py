"""The shortest way to a state: the fewest slices, and of these the fewest changes from one component to another."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from .graph import Graph

#: How many changes of component there were, the state before, and the component that ran before.
_Arrival = tuple[int, int, int]


def shortest(graph: Graph, goals: Collection[int]) -> list[tuple[int, int]]:
    """Return the shortest way from the beginning to one of some states, of which there is at least one.

    The states are numbered by their depth. So one pass backwards finds those on the ways with the fewest slices, and
    one forwards the fewest changes of component to come to each of them, by the component that ran last.

    Returns:
        The components that run, each with the state that its slice leads to.
    """
    depths = graph.depths
    fewest = min(depths[goal] for goal in goals)
    ends = {goal for goal in goals if depths[goal] == fewest}
    on_way = set(ends)
    for number in range(max(ends), -1, -1):
        if any(target in on_way and depths[target] == depths[number] + 1 for _, _, target in graph.edges[number]):
            on_way.add(number)
    came: dict[int, dict[int, _Arrival]] = {0: {-1: (0, 0, -1)}}
    for number in sorted(on_way - ends):
        for component, _, target in graph.edges[number]:
            if target in on_way and depths[target] == depths[number] + 1:
                for last, (switches, _, _) in came[number].items():
                    more = switches + (component != last and last >= 0)
                    known = came.setdefault(target, {})
                    if component not in known or more < known[component][0]:
                        known[component] = (more, number, last)
    end = min(ends, key=lambda goal: min(switches for switches, _, _ in came[goal].values()))
    last = min(came[end], key=lambda component: came[end][component][0])
    way = []
    while last >= 0:
        way.append((last, end))
        _, end, last = came[end][last]
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
