"""From a graph and its judge to the picture of its states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..views.exploring import DepthRow, StateDot, StateEdge, StateGraph
from ..views.exploring.state_graph import EDGES, STATES, WIDE
from .cycles import strongly_connected
from .graph import Graph
from .judge import Judge


def picture_of(graph: Graph, judge: Judge, good: set[int] | None, way: Sequence[tuple[int, int]]) -> StateGraph:
    """Return the picture of a graph.

    Args:
        graph: the graph.
        judge: what is wrong in it.
        good: the states from which there is an order that ends well; ``None`` if that is not known.
        way: the shortest way to where it goes wrong: who runs, and the state that follows.
    """
    names: dict[int, list[str]] = {}
    for name, states in judge.found.items():
        for number in states:
            names.setdefault(number, []).append(name)
    ends = set(graph.ends())
    dots = [
        StateDot(depth, tuple(names.get(number, ())), number in ends, _is_decided(number, good, judge))
        for number, depth in enumerate(graph.depths)
    ]
    rows = _rows(dots)
    edge_count = sum(map(len, graph.edges))
    drawn = len(dots) <= STATES and edge_count <= EDGES and max(row.states for row in rows) <= WIDE
    return StateGraph(
        rows,
        tuple(dots) if drawn else (),
        tuple(_edges(graph)) if drawn else (),
        tuple(graph.setting.words_of_choice(component) for component, _ in way),
        (0, *(state for _, state in way)) if drawn and way else (),
        tuple((name, len(states)) for name, states in judge.found.items()),
        graph.complete and judge.order is None,
        graph.complete,
    )


def _is_decided(number: int, good: set[int] | None, judge: Judge) -> bool:
    """Return whether every order from a state goes wrong."""
    return bool(judge.found) and good is not None and number not in good


def _rows(dots: Sequence[StateDot]) -> tuple[DepthRow, ...]:
    """Return how many states there are in each depth."""
    states = Counter(dot.depth for dot in dots)
    decided = Counter(dot.depth for dot in dots if dot.decided)
    bad = Counter(dot.depth for dot in dots if dot.names)
    ends = Counter(dot.depth for dot in dots if dot.is_end and not dot.names)
    return tuple(DepthRow(depth, states[depth], decided[depth], bad[depth], ends[depth]) for depth in sorted(states))


def _edges(graph: Graph) -> list[StateEdge]:
    around = {}
    for number, members in enumerate(strongly_connected(dict(enumerate(graph.edges)))):
        around.update(dict.fromkeys(members, number))
    return [
        StateEdge(
            number,
            target,
            graph.setting.words_of_choice(component),
            number in around and around[number] == around.get(target),
        )
        for number, edges in enumerate(graph.edges)
        for component, _, target in edges
    ]
