"""Cycles: where a system can go on for ever, although every component that could always run does run.

This is decided on the full graph only. On a graph from which orders were left out because they do not differ, a cycle
may look unfair that is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..core.states import ASLEEP
from .cells import BOX, Cell
from .edges import Edge
from .graph import Graph


@dataclass(frozen=True)
class Cycle:
    """States among which a system can move for ever: their numbers, which components move, and who sends."""

    states: frozenset[int]
    moving: frozenset[int]
    sends: bool


def strongly_connected(edges_of: Mapping[int, Sequence[Edge]]) -> list[list[int]]:
    """Return the sets of states that can be reached from each other, by Tarjan's algorithm; those with a cycle only."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[int] = []
    found: list[list[int]] = []
    work = [(number, 0) for number in edges_of]
    while work:
        number, place = work.pop()
        edges = edges_of[number]
        if place == 0:
            if number in index:
                continue
            index[number] = low[number] = len(index)
            stack.append(number)
            on_stack.add(number)
        else:
            before = edges[place - 1][2]
            if before in on_stack:
                low[number] = min(low[number], low[before])
        if place < len(edges):
            work.append((number, place + 1))
            if edges[place][2] not in index:
                work.append((edges[place][2], 0))
            continue
        if low[number] == index[number]:
            members = [stack.pop()]
            while members[-1] != number:
                members.append(stack.pop())
            on_stack.difference_update(members)
            if len(members) > 1 or any(target == number for _, _, target in edges):
                found.append(members)
    return found


def fair_cycles(graph: Graph) -> list[Cycle]:
    """Return the sets of states in which a system can stay for ever, each component that always can run moving."""
    return _fair(graph, {number: edges_without_faults(graph, number) for number in range(len(graph.edges))})


def edges_without_faults(graph: Graph, number: int) -> Sequence[Edge]:
    """Return what leads on from a state, but for faults: that they go on for ever is nobody's livelock."""
    choices = graph.setting.choices
    return [edge for edge in graph.edges[number] if edge[0] not in choices] if choices else graph.edges[number]


def _fair(graph: Graph, edges_of: Mapping[int, Sequence[Edge]]) -> list[Cycle]:
    """Return the cycles of a part of a graph in which all move that can always run."""
    found = []
    for members in strongly_connected(edges_of):
        inside = frozenset(members)
        can_run = [
            frozenset(component for component, _, _ in edges_without_faults(graph, number)) for number in members
        ]
        edges = [edge for number in members for edge in edges_of[number] if edge[2] in inside]
        moving = frozenset(component for component, _, _ in edges)
        if frozenset.intersection(*can_run) <= moving:
            found.append(Cycle(inside, moving, any(slice_.sends for _, slice_, _ in edges)))
    return found


def starved(graph: Graph) -> list[tuple[int, Cycle, Cell]]:
    """Return the components that can wait for ever for an answer, with the cycle, and the inbox of the question.

    It sleeps all the time, a message waits all the time in an inbox to which only it sends, and the owner of that inbox
    takes others meanwhile. A component that waits for nothing in particular is not starved.
    """
    found = []
    for cell in graph.cells():
        if cell[0] != BOX:
            continue
        senders = {graph.senders(state, cell) for state in graph.states}
        for (sender,) in (some for some in senders if len(some) == 1):
            kept = {
                number
                for number, state in enumerate(graph.states)
                if graph.value(state, cell)
                and graph.life(number, sender) is ASLEEP
                and graph.senders(state, cell) == (sender,)
            }
            edges_of = {
                number: [edge for edge in edges_without_faults(graph, number) if edge[2] in kept] for number in kept
            }
            found += [(sender, cycle, cell) for cycle in _fair(graph, edges_of) if cell[1] in cycle.moving]
    return found
