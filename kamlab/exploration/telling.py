"""From a graph and its judge to the values that are handed out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..replay.journal import Entry
from . import counts
from .found import Exploration
from .graph import Graph
from .judge import Judge
from .orders import OrdersInside, good_states, schedule_of
from .schedule import Schedule
from .setting import Setting
from .shortest import shortest


def told(graph: Graph, judge: Judge) -> Exploration:
    """Return what a graph and its judge tell."""
    complete = graph.complete and not judge.left
    reasons = [graph.why_not] if graph.why_not else []
    if judge.left:
        reasons.append(f"there was no time to look at {judge.left:,} of the states")
    reasons += [*judge.undecided, *graph.setting.unseen]
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
        _orders_inside=OrdersInside(graph, judge),
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
    good = good_states(graph, judge)
    found = [schedule_of(graph, list(path), names, sentences, good, True) for path, (names, sentences) in ways.items()]
    return tuple(sorted(found, key=lambda schedule: (schedule.slices, schedule.names)))


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
