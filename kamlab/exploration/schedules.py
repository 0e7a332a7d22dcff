"""All schedules of a graph, one after the other: what runs from the beginning to an end, without running it."""

from __future__ import annotations

from collections.abc import Iterator

from .graph import Graph


def schedules(graph: Graph) -> Iterator[tuple[int, ...]]:
    """Yield every order of slices from the first state to one in which nothing can run, as numbers of components.

    They come by the numbers of the components that run, so the ones that share a beginning stand together. A way that
    comes to a state for the second time is left there: a system that can go on for ever has endless orders.

    Each tuple is what follows ``graph.prefix``, the slices that only wire the system. Nothing is run or computed again:
    a hundred thousand schedules take less than a second.

    >>> from kamlab import Pipeline
    >>> from kamlab.parts import DataSource, PassThrough
    >>> from kamlab.exploration.footprint import watching
    >>> from kamlab.exploration.setting import Setting
    >>> with watching():
    ...     graph = Graph(Setting(lambda: Pipeline(DataSource("ab"), PassThrough()).activate())).expand(1000, 10.0)
    >>> found = list(schedules(graph))
    >>> len(found), len(set(found))
    (24, 24)
    """
    edges = graph.edges
    movers, targets = edges.movers, edges.targets
    path: list[int] = []
    states = [0]
    on_way = {0}
    left = [iter(edges.range_of(0))]
    if not edges.range_of(0):
        yield ()
    while left:
        for place in left[-1]:
            target = targets[place]
            if target in on_way:
                continue
            path.append(movers[place])
            following = edges.range_of(target)
            if not following:
                yield tuple(path)
                path.pop()
                continue
            states.append(target)
            on_way.add(target)
            left.append(iter(following))
            break
        else:
            left.pop()
            on_way.discard(states.pop())
            if path:
                path.pop()
