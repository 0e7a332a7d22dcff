"""The orders that a graph has, as values to open: the first ones, those that go wrong, and those that begin in a way.

An order is a way through the graph; only the few that are handed out are run in the engine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from ..views.exploring import ChoiceTree, StateGraph
from .choices import choices_of
from .errors import CannotExplore
from .footprint import watching
from .graph import Graph
from .judge import ENDLESS, Judge
from .pictures import picture_of
from .race import race_in
from .schedule import Schedule
from .shortest import leads_to, shortest
from .stage import Stage


class OrdersInside:
    """The orders of one exploration, and what can be drawn of them.

    Args:
        graph: its graph.
        judge: what is wrong in it.
    """

    def __init__(self, graph: Graph, judge: Judge) -> None:
        self._graph = graph
        self._judge = judge
        self._good = good_states(graph, judge)
        self._bad = judge.bad
        self._endless = {number for name in ENDLESS for number in judge.found.get(name, ())}

    def first(self, count: int) -> tuple[Schedule, ...]:
        """Return the first orders, in the order of the components' numbers; those that pass no state twice."""
        return self._schedules(ways(self._graph), count)

    def wrong(self, count: int) -> tuple[Schedule, ...]:
        """Return the first orders in which something goes wrong."""
        return self._schedules(ways(self._graph, self._bad, self._endless), count)

    def through(self, names: Sequence[str]) -> Schedule:
        """Return an order that begins with these components, goes wrong if one can, and is as short as such ones are.

        Raises:
            CannotExplore: there is no order that begins so, or it was not explored how it goes on.
        """
        graph = self._graph
        state, path, passed = 0, [], [0]
        for place, name in enumerate(names):
            edges = [edge for edge in graph.edges[state] if graph.setting.words_of_choice(edge[0]) == name]
            if not edges:
                can_run = (
                    ", ".join(graph.setting.words_of_choice(edge[0]) for edge in graph.edges[state]) or "no component"
                )
                raise CannotExplore(f"no order begins so: after {place} slices {name!r} cannot run, but {can_run}")
            path.append(edges[0][0])
            state = edges[0][2]
            passed.append(state)
        if not self._bad & set(passed):
            ahead = reachable(graph, state)
            goals = self._bad & ahead or self._endless & ahead or set(graph.ends()) & ahead
            if not goals and not graph.complete:
                raise CannotExplore(f"how it goes on from there was not explored: {graph.why_not}")
            rest = way_between(graph, state, goals) if goals else []
            path += [component for component, _ in rest]
            passed += [target for _, target in rest]
        with watching():
            return self._schedule(path, passed)

    def paths(self, wrong: bool) -> Iterator[tuple[str, ...]]:
        """Yield who runs in each order, or in each that goes wrong, without running it."""
        graph, setting = self._graph, self._graph.setting
        found = ways(graph, self._bad, self._endless) if wrong else ways(graph)
        names = {number: setting.words_of_choice(number) for number in range(len(setting.names))}
        name = names.__getitem__
        for path, _ in found:
            yield tuple(map(name, path))

    def picture(self) -> StateGraph:
        """Return the graph of states as a picture."""
        graph, judge = self._graph, self._judge
        way: list[tuple[int, int]] = []
        if judge.found:
            way = min((shortest(graph, states.keys()) for states in judge.found.values()), key=len)
        return picture_of(graph, judge, self._good, way)

    def choices(self, depth: int, most: int) -> ChoiceTree:
        """Return the choices of who runs as a tree, so many below each other and so many in all."""
        return choices_of(self._graph, self._judge, self._good, depth, most)

    def _schedules(self, found: Iterator[tuple[list[int], list[int]]], count: int) -> tuple[Schedule, ...]:
        with watching():
            return tuple([self._schedule(list(path), states) for path, states in islice(found, count)])

    def _schedule(self, path: list[int], states: Sequence[int]) -> Schedule:
        ends = not self._graph.edges[states[-1]]
        wrong = {
            name: found[state]
            for name, found in self._judge.found.items()
            if not (ends and name in ENDLESS)  # it was left again
            for state in states
            if state in found
        }
        return schedule_of(self._graph, path, list(wrong), list(wrong.values()), self._good)


def ways(
    graph: Graph, bad: Collection[int] | None = None, endless: Collection[int] = ()
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the ways to an end that pass no state twice: the components that run, and the states.

    Args:
        graph: the graph.
        bad: only those that pass one of these states.
        endless: and those that come round to a state again among these, with the slice that leads there.
    """
    leads = None if bad is None else leads_to(graph, [*bad, *endless])
    goals, round_about = frozenset(bad or ()), frozenset(endless)
    path: list[int] = []
    states, place_of = [0], {0: 0}
    passed = int(0 in goals)  # how many bad states are on the way

    ends = frozenset(graph.ends())  # a state that was not explored has no edges either

    def is_last() -> bool:
        return states[-1] in ends and (bad is None or passed > 0)

    if is_last():
        yield path, states
    left = [iter(graph.edges[0])]
    while left:
        edge = next(left[-1], None)
        if edge is None:
            left.pop()
            passed -= states[-1] in goals
            del place_of[states[-1]], path[-1:], states[-1]
            continue
        component, _, target = edge
        if target in place_of:
            if target in round_about and round_about.issuperset(states[place_of[target] :]):
                yield [*path, component], [*states, target]
        elif leads is None or passed or target in leads:
            path.append(component)
            place_of[target] = len(states)
            states.append(target)
            passed += target in goals
            left.append(iter(graph.edges[target]))
            if is_last():
                yield path, states


def reachable(graph: Graph, start: int) -> set[int]:
    """Return the states that can be reached from one, and that one."""
    found, todo = {start}, [start]
    while todo:
        for _, _, target in graph.edges[todo.pop()]:
            if target not in found:
                found.add(target)
                todo.append(target)
    return found


def way_between(graph: Graph, start: int, goals: Collection[int]) -> list[tuple[int, int]]:
    """Return a way with the fewest slices from a state to one of some others: who runs, and the state that follows."""
    came: dict[int, tuple[int, int]] = {}
    layer = [start]
    seen = {start}
    while layer and not seen & set(goals):
        following = []
        for number in layer:
            for component, _, target in graph.edges[number]:
                if target not in seen:
                    seen.add(target)
                    came[target] = (number, component)
                    following.append(target)
        layer = following
    number = next(iter(sorted(seen & set(goals))), start)
    way = []
    while number != start:
        before, component = came[number]
        way.append((component, number))
        number = before
    return way[::-1]


def good_states(graph: Graph, judge: Judge) -> set[int] | None:
    """Return the states from which there is an order that ends well; ``None`` if that is not known."""
    if not graph.complete:
        return None
    bad = judge.bad | {number for name in ENDLESS for number in judge.found.get(name, ())}
    return leads_to(graph, [number for number in graph.ends() if number not in bad])


def schedule_of(
    graph: Graph,
    path: list[int],
    names: list[str],
    sentences: list[str],
    good: set[int] | None,
    is_shortest: bool = False,
) -> Schedule:
    """Return an order as a value, with what goes wrong in it; it is run once, for the names that components have."""
    stage = Stage(graph.setting).run([*graph.prefix, *path])
    decided = None
    if names and good is not None and not set(names) & set(ENDLESS):
        decided, state = len(graph.prefix), 0
        for component in path:
            if state not in good:
                break
            state = next(target for one, _, target in graph.edges[state] if one == component)
            decided += graph.setting.runner(component) is not None
    schedule = Schedule(
        tuple(names),
        "; ".join(dict.fromkeys(sentences)),
        tuple(stage.picks),
        entries=tuple(stage.entries),
        faults=tuple(stage.told),
        assembly=len(graph.prefix),
        minimal=graph.complete and is_shortest,
        decided=decided,
        rounds=stage.scheduler.rounds,
        seed=graph.setting.seed,
        race=race_in(graph, path, good) if decided is not None and good is not None else "",
        _system=graph.setting.system,
    )
    stage.close()
    return schedule
