"""Putting the parts of one level into columns, so that links lead from left to right.

The usual way (Sugiyama's): links that close a circle are set aside, each part goes as far left as the
rest allows, and within a column parts are ordered by where their neighbours are. Done per *block*,
which is what hangs together by links that carry work; orders and notices join no blocks, or all
connections of a server would be one large block because each can tell the server something.

Everything is decided in the order in which the parts are given, so equal input gives equal output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

#: How many parts stand in one column at most.
TALL = 8
#: How often the columns are ordered by their neighbours.
SWEEPS = 4

Edge = tuple[str, str]


def blocks_of(names: Sequence[str], edges: Iterable[Edge]) -> list[list[str]]:
    """Return what hangs together, in the order of the first of each; single ones come last.

    >>> blocks_of("abcd", [("b", "d")])
    [['b', 'd'], ['a'], ['c']]
    """
    leader = {name: name for name in names}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for one, other in edges:
        leader[find(other)] = find(one)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(find(name), []).append(name)
    return sorted(groups.values(), key=lambda group: len(group) == 1)


def forward_edges(names: Sequence[str], edges: Iterable[Edge]) -> list[Edge]:
    """Return the edges that are left when those that close circles are set aside.

    >>> forward_edges("abc", [("a", "b"), ("b", "c"), ("c", "a")])
    [('a', 'b'), ('b', 'c')]
    """
    following: dict[str, list[str]] = {name: [] for name in names}
    entered = set()
    for source, target in dict.fromkeys(edges):
        if source != target:
            following[source].append(target)
            entered.add(target)
    state = dict.fromkeys(names, 0)
    kept: list[Edge] = []
    for root in [*(name for name in names if name not in entered), *names]:
        if state[root]:
            continue
        state[root] = 1
        path = [(root, iter(following[root]))]
        while path:
            name, rest = path[-1]
            for target in rest:
                if state[target] == 1:
                    continue
                kept.append((name, target))
                if not state[target]:
                    state[target] = 1
                    path.append((target, iter(following[target])))
                    break
            else:
                state[name] = 2
                path.pop()
    return kept


def columns_of(names: Sequence[str], edges: Sequence[Edge], tall: int = TALL) -> list[list[str]]:
    """Return the parts in columns, given edges without circles: each one right of all that lead to it.

    >>> columns_of("abcd", [("a", "b"), ("b", "c"), ("d", "c")])
    [['a'], ['b', 'd'], ['c']]
    """
    before: dict[str, list[str]] = {name: [] for name in names}
    after: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        before[target].append(source)
        after[source].append(target)
    layer: dict[str, int] = {}
    missing = {name: len(before[name]) for name in names}
    ready = [name for name in names if not missing[name]]
    for name in ready:  # grows
        layer[name] = max((layer[each] + 1 for each in before[name]), default=0)
        for target in after[name]:
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    for name in names:
        if not before[name] and after[name]:
            layer[name] = min(layer[each] for each in after[name]) - 1
    layers: dict[int, list[str]] = {}
    for name in names:
        layers.setdefault(layer[name], []).append(name)
    columns = []
    for number in sorted(layers):
        group = layers[number]
        count = -(-len(group) // tall)
        size = -(-len(group) // count)
        columns += [group[start : start + size] for start in range(0, len(group), size)]
    return columns


def ordered(columns: Sequence[Sequence[str]], edges: Iterable[Edge], rank: Mapping[str, int]) -> list[list[str]]:
    """Return the columns with what is linked side by side.

    ``edges`` lead from one column to the next. What has a ``rank`` stays in the order of that, and what
    is new comes after it.

    >>> ordered([["a", "b"], ["c", "d"]], [("a", "d"), ("b", "c")], {})
    [['a', 'b'], ['d', 'c']]
    """
    result = [list(column) for column in columns]
    if rank:
        for column in result:
            column.sort(key=lambda name: (name not in rank, rank.get(name, 0)))
        return result
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in edges:
        before.setdefault(target, []).append(source)
        after.setdefault(source, []).append(target)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        near = before if forth else after
        numbers = range(1, len(result)) if forth else range(len(result) - 2, -1, -1)
        for number in numbers:
            beside = {name: place for place, name in enumerate(result[number - 1 if forth else number + 1])}
            _sort_by_neighbours(result[number], near, beside)
    return result


def _sort_by_neighbours(column: list[str], near: Mapping[str, list[str]], place: Mapping[str, int]) -> None:
    """Sort a column by the middle of each one's neighbours; those without any stay where they are."""
    middles: dict[str, float] = {}
    for name in column:
        places = [place[each] for each in near.get(name, ()) if each in place]
        if places:
            middles[name] = sum(places) / len(places)
    moving = iter(sorted(middles, key=lambda name: middles[name]))
    column[:] = [next(moving) if name in middles else name for name in column]


def stacked(
    wanted: Sequence[float], heights: Sequence[int], gaps: Sequence[int], weights: Sequence[float]
) -> list[int]:
    """Return tops for a column, in order and without overlap, as near as can be to where each wants to be.

    ``gaps[i]`` is the room between ``i`` and ``i + 1``. Pools of those that are pushed together move as one
    (pool adjacent violators).

    >>> stacked([0, 0, 100], [10, 10, 10], [5, 5], [1, 1, 1])
    [-7, 8, 100]
    """
    offsets = [0]
    for height, gap in zip(heights, [*gaps, 0], strict=False):
        offsets.append(offsets[-1] + height + gap)
    pools: list[list[float]] = []  # sum of weighted wishes, weight, how many
    for place, wish in enumerate(wanted):
        weight = weights[place]
        pools.append([(wish - offsets[place]) * weight, weight, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [one + other for one, other in zip(pools[-1], last, strict=True)]
    tops: list[int] = []
    for total, weight, count in pools:
        for _ in range(int(count)):
            tops.append(round(total / weight + 1e-9) + offsets[len(tops)])
    return tops
