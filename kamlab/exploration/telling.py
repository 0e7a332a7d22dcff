"""From a graph and its judge to the values that are handed out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..replay.journal import Entry
from . import counts
from .footprint import watching
from .found import Exploration, Schedule
from .graph import Graph
from .judge import ENDLESS, Judge
from .race import race_in
from .setting import Setting
from .shortest import leads_to, shortest
from .stage import Stage


def told(graph: Graph, judge: Judge) -> Exploration:
    """Return what a graph and its judge tell."""
    complete = graph.complete and not judge.left
    reasons = [graph.why_not] if graph.why_not else []
    if judge.left:
        reasons.append(f"there was no time to look at {judge.left:,} of the states")
    reasons += graph.setting.unseen
    if graph.setting.ignore and judge.asks:
        reasons.append(f"a predicate may look at what is left out: {', '.join(sorted(graph.setting.ignore))}")
    order = judge.order
    bad = judge.bad
    total = wrong = chance = different = None
    if order is not None:
        total = counts.interleavings(graph, order)
        wrong = total - counts.interleavings(graph, order, bad)
        if graph.fair is None and not graph.setting.world.faults:
            chance = counts.chance_of(graph, order, bad)
        if graph.fair is None and not graph.setting.networked:
            different = counts.different(graph)
    return Exploration(
        complete=complete,
        proved=complete and not reasons,
        why_not="; ".join(reasons),
        how="all",
        schedules=total,
        different=different,
        wrong=wrong,
        chance=chance,
        states=len(graph.states),
        ends=len(graph.ends()),
        real=graph.real,
        found=_schedules(graph, judge),
        fair=graph.fair,
        world=graph.setting.world,
        _lister=lambda count: tuple(_first_orders(graph, judge, count)),
    )


def _schedules(graph: Graph, judge: Judge) -> tuple[Schedule, ...]:
    """Return the shortest order for each name; one order for names that hold at the same state."""
    ways: dict[tuple[int, ...], tuple[list[str], list[str]]] = {}
    for name, states in judge.found.items():
        way = shortest(graph, states.keys())
        end = way[-1][1] if way else 0
        names, sentences = ways.setdefault(tuple(component for component, _ in way), ([], []))
        names.append(name)
        sentences.append(states[end])
    good = _good_states(graph, judge)
    found = [_schedule(graph, list(path), names, sentences, good, True) for path, (names, sentences) in ways.items()]
    return tuple(sorted(found, key=lambda schedule: (schedule.slices, schedule.names)))


def _first_orders(graph: Graph, judge: Judge, count: int) -> Iterator[Schedule]:
    """Yield the first orders from the beginning to an end, by the numbers of the components; at most so many."""
    good = _good_states(graph, judge)
    with watching():
        for path, states in islice(_paths(graph), count):
            wrong = {name: found[state] for name, found in judge.found.items() for state in states if state in found}
            yield _schedule(graph, path, list(wrong), list(wrong.values()), good)


def _paths(graph: Graph) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the ways to an end that pass no state twice: the components that run, and the states."""
    path: list[int] = []
    states = [0]
    left = [iter(graph.edges[0])]
    if not graph.edges[0]:
        yield path, states
    while left:
        edge = next(left[-1], None)
        if edge is None:
            left.pop()
            del path[-1:], states[-1]
            continue
        component, _, target = edge
        if target in states:
            continue
        path.append(component)
        states.append(target)
        left.append(iter(graph.edges[target]))
        if not graph.edges[target]:
            yield path, states


def _good_states(graph: Graph, judge: Judge) -> set[int] | None:
    """Return the states from which there is an order that ends well; ``None`` if that is not known."""
    if not graph.complete:
        return None
    bad = judge.bad | {number for name in ENDLESS for number in judge.found.get(name, ())}
    return leads_to(graph, [number for number in graph.ends() if number not in bad])


def _schedule(
    graph: Graph,
    path: list[int],
    names: list[str],
    sentences: list[str],
    good: set[int] | None,
    is_shortest: bool = False,
) -> Schedule:
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


@dataclass(frozen=True)
class Wrong:
    """What is wrong in one run: the sentence, its order, how many rounds it has, and what the world did."""

    sentence: str
    picks: tuple[str, ...]
    rounds: int
    entries: tuple[Entry, ...] = ()
    faults: tuple[tuple[int, str], ...] = ()


def schedules_of(found: dict[str, Wrong], setting: Setting, assembly: int) -> tuple[Schedule, ...]:
    """Return an order for each name, from runs; one order for names that were found in the same run."""
    by_order: dict[Any, list[str]] = {}
    for name, wrong in found.items():
        by_order.setdefault((wrong.picks, wrong.entries), []).append(name)
    schedules = [
        Schedule(
            tuple(names),
            "; ".join(dict.fromkeys(found[name].sentence for name in names)),
            picks,
            entries=entries,
            faults=found[names[0]].faults,
            assembly=assembly,
            rounds=found[names[0]].rounds,
            seed=setting.seed,
            _system=setting.system,
        )
        for (picks, entries), names in by_order.items()
    ]
    return tuple(sorted(schedules, key=lambda schedule: (schedule.slices, schedule.names)))
