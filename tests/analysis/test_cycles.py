"""Circles in a graph, compared with what trying everything finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kamlab.analysis.cycles import circle_through, groups_of

SIZE = 6
GRAPHS = st.lists(
    st.lists(st.integers(0, SIZE), max_size=4, unique=True),
    min_size=SIZE,
    max_size=SIZE,
)


def reachable(graph, start):
    """Return what can be reached by at least one edge."""
    found, left = set(), [start]
    while left:
        for other in graph[left.pop()]:
            if other < SIZE and other not in found:
                found.add(other)
                left.append(other)
    return found


@given(GRAPHS)
def test_a_group_is_who_can_reach_each_other(graph):
    """Two nodes are in one group exactly if each can be reached from the other."""
    groups = groups_of(range(SIZE), graph.__getitem__)
    assert sorted(node for group in groups for node in group) == list(range(SIZE))
    of = {node: group for group in groups for node in group}
    for one in range(SIZE):
        for other in range(SIZE):
            together = one == other or (other in reachable(graph, one) and one in reachable(graph, other))
            assert (of[one] is of[other]) == together


@given(GRAPHS)
def test_groups_come_in_the_order_of_the_nodes(graph):
    """Groups and their members are in the order in which the nodes were given, so a run tells the same each time."""
    groups = groups_of(range(SIZE), graph.__getitem__)
    assert all(group == sorted(group) for group in groups)
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)


def all_circles(graph, first):
    """Return the length of every simple circle through a node."""
    lengths = []

    def go_on(node, path):
        for other in graph[node]:
            if other == first:
                lengths.append(len(path))
            elif other < SIZE and other not in path:
                go_on(other, [*path, other])

    go_on(first, [first])
    return lengths


@given(GRAPHS)
def test_the_circle_told_is_closed_and_the_longest(graph):
    """Each edge of a circle begins where the last one ended; there is no longer one through that node."""
    lengths = all_circles(graph, 0)
    edges = {node: [(node, other) for other in graph[node] if other < SIZE] for node in range(SIZE)}
    circle = circle_through(0, SIZE, edges.__getitem__, lambda edge: edge[1])
    assert len(circle) == max(lengths, default=0)
    for index, (node, (begin, end)) in enumerate(circle):
        assert node == begin
        assert end == circle[(index + 1) % len(circle)][0]


def test_a_circle_of_thousands_is_found():
    """Long rings need no recursion and no time."""
    size = 5000
    circle = circle_through(0, size, lambda node: [(node + 1) % size], lambda edge: edge)
    assert len(circle) == size
    assert len(groups_of(range(size), lambda node: [(node + 1) % size])) == 1
