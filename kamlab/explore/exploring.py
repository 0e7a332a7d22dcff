"""Exploring a system: which way is taken, and what is made of what it finds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from ..core.tracebacks import public
from . import counts
from .errors import CannotExplore
from .fingerprint import Opaque
from .footprint import watching
from .found import Exploration, Schedule
from .graph import Differs, Graph
from .judge import LIVELOCK, Judge, Predicate
from .shortest import leads_to, shortest
from .stage import CannotStage, Setting, Stage

HOWS = ("auto", "all")
STARTS = ("assembled", "built")


@public
def explore(
    system: Callable[..., Any],
    invariant: Predicate | None = None,
    *,
    always: Predicate | None = None,
    start: str = "assembled",
    ignore: Iterable[str] = (),
    how: str = "auto",
    states: int = 200_000,
    seconds: float = 30.0,
    seed: int = 0,
) -> Exploration:
    """Play a system in every order of slices, and say in which one it goes wrong.

    The system runs under virtual time. One slice is atomic; a timer fires only when no component can run, as in a lab.
    Seen are variables, boxes, the objects that they hold, and the globals that the code of the components names; what
    is not seen is said in the result, which then is not called proved.

    Args:
        system: a function that activates the components of the system, as for ``Lab(build=system)``.
        invariant: asked at each end with what ``system`` returned. False or an AssertionError is wrong.
        always: the same, asked at every state.
        start: ``"assembled"``: Pipelines, Graphlines and the like wire their components first; ``"built"``: the orders
            in which they do so are explored as well.
        ignore: attributes that are no part of the state, such as a log: ``"Server.served"``.
        how: ``"all"`` is the graph of all states; ``"auto"`` takes the first way that fits.
        states, seconds: limits. Where one is reached, the result is not complete.
        seed: the seed of the lab's random numbers.

    Raises:
        CannotExplore: an argument is wrong, a predicate raised an error, or the system cannot be explored that way.

    >>> from kamlab import Component, explore
    >>> class Counter(Component):
    ...     total = 0
    ...     async def main(self):
    ...         while True:
    ...             self.total = await self.receive()
    >>> class Adder(Component):
    ...     def __init__(self, counter):
    ...         super().__init__()
    ...         self.counter = counter
    ...     def main(self):
    ...         total = self.counter.total
    ...         yield
    ...         self.counter.deliver(total + 1)
    >>> def system():
    ...     counter = Counter().activate()
    ...     _ = Adder(counter).activate(), Adder(counter).activate()
    ...     return counter
    >>> result = explore(system, lambda counter: counter.total == 2)
    >>> result.complete, result.found[0].names, result.found[0].slices > 4
    (True, ('invariant',), True)
    """
    _check_arguments(system, invariant, always, start, how)
    setting = Setting(system, seed, frozenset([ignore] if isinstance(ignore, str) else ignore))
    with watching():
        try:
            return _by_graph(setting, invariant, always, start == "assembled", states, seconds)
        except (Opaque, Differs, CannotStage) as error:
            raise CannotExplore(f"the orders of this system cannot be explored: {error}") from error


def _check_arguments(system: Any, invariant: Any, always: Any, start: str, how: str) -> None:
    if not callable(system):
        raise CannotExplore(f"explore({system!r}): give a function that activates the components of a system")
    for name, value in (("invariant", invariant), ("always", always)):
        if value is not None and not callable(value):
            raise CannotExplore(f"{name}={value!r}: give a function of what the system returns")
    for name, value, known in (("start", start, STARTS), ("how", how, HOWS)):
        if value not in known:
            raise CannotExplore(f"{name}={value!r}: it is one of {', '.join(map(repr, known))}")


def _by_graph(
    setting: Setting,
    invariant: Predicate | None,
    always: Predicate | None,
    assembled: bool,
    states: int,
    seconds: float,
) -> Exploration:
    """Explore by the graph of all states."""
    until = time.perf_counter() + seconds
    graph = Graph(setting, assembled).expand(states, seconds)
    judge = Judge(graph, invariant, always, max(until, time.perf_counter() + 1.0)).judge()
    return _told(graph, judge)


def _told(graph: Graph, judge: Judge) -> Exploration:
    """Return what a graph and its judge tell."""
    complete = graph.complete and not judge.left
    reasons = [graph.why_not] if graph.why_not else []
    if judge.left:
        reasons.append(f"there was no time to look at {judge.left:,} of the states")
    reasons += graph.setting.unseen
    order = counts.backwards(graph) if graph.complete else None
    bad = judge.bad
    total = wrong = chance = different = None
    if order is not None:
        total = counts.interleavings(graph, order)
        wrong = total - counts.interleavings(graph, order, bad)
        chance = counts.chance_of(graph, order, bad)
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
    )


def _schedules(graph: Graph, judge: Judge) -> tuple[Schedule, ...]:
    """Return the shortest order for each name; one order for names that hold at the same state."""
    ways: dict[tuple[int, ...], tuple[list[str], list[str], int]] = {}
    for name, states in judge.found.items():
        way = shortest(graph, states.keys())
        if way is None:
            continue
        end = way[-1][1] if way else 0
        names, sentences, _ = ways.setdefault(tuple(component for component, _ in way), ([], [], end))
        names.append(name)
        sentences.append(states[end])
    good = _good_states(graph, judge)
    found = [
        _schedule(graph, list(path), end, names, sentences, good) for path, (names, sentences, end) in ways.items()
    ]
    return tuple(sorted(found, key=lambda schedule: (schedule.slices, schedule.names)))


def _good_states(graph: Graph, judge: Judge) -> set[int] | None:
    """Return the states from which there is an order that ends well; ``None`` if that is not known."""
    if not graph.complete:
        return None
    bad = judge.bad | judge.found.get(LIVELOCK, {}).keys()
    return leads_to(graph, [number for number in graph.ends() if number not in bad])


def _schedule(
    graph: Graph, path: list[int], end: int, names: list[str], sentences: list[str], good: set[int] | None
) -> Schedule:
    del end
    stage = Stage(graph.setting).run([*graph.prefix, *path])
    decided = None
    if good is not None and LIVELOCK not in names:
        decided, state = len(graph.prefix), 0
        for component in path:
            if state not in good:
                break
            state = next(target for one, _, target in graph.edges[state] if one == component)
            decided += 1
    schedule = Schedule(
        tuple(names),
        "; ".join(dict.fromkeys(sentences)),
        tuple(stage.picks),
        assembly=len(graph.prefix),
        minimal=graph.complete,
        decided=decided,
        rounds=stage.scheduler.rounds,
        seed=graph.setting.seed,
        _system=graph.setting.system,
    )
    stage.close()
    return schedule
