"""Exploring a system: which way is taken, and what is made of what it finds.

What is wrong in any system has no argument; what is wrong only where it is meant otherwise is one argument,
``look_for``, which takes values of small classes (:mod:`.phenomena`). Each of these needs two or three words of the
user's, so that as keywords of ``explore`` they would be eight more, and it would not be seen which belong together.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..analysis.words import joined
from ..core.describe import shorten
from ..core.origins import fresh_kept
from ..core.tracebacks import public
from .errors import CannotExplore, CannotRepeat, CannotStage
from .executions import Differs
from .faults import OF_MESSAGES, FaultModel, check_met, fault_model_of
from .footprint import watching
from .found import Exploration
from .graph import Graph, NetworkMet
from .interrupts import Interrupts
from .judge import Judge, Phenomenon
from .kinds import Opaque
from .phenomena import LostUpdate
from .predicates import Predicate
from .progress import Listener, Watch
from .run_verdicts import RunVerdicts
from .sample import Sampler
from .setting import Setting
from .telling import schedules_of, told
from .traces import Traces
from .unending import Unending

HOWS = ("auto", "all", "traces", "random", "pct")
STARTS = ("assembled", "built")

#: How many seconds there are at least to look for what is wrong.
JUDGING = 1.0


@public
def explore(
    system: Callable[..., Any],
    invariant: Predicate | None = None,
    *,
    always: Predicate | None = None,
    look_for: Phenomenon | Iterable[Phenomenon] = (),
    start: str = "assembled",
    fair: int | None = None,
    ignore: Iterable[str] = (),
    how: str = "auto",
    states: int = 200_000,
    seconds: float = 30.0,
    runs: int = 1000,
    slices: int = 1000,
    seed: int = 0,
    faults: Iterable[str] = (),
    lossy: Iterable[str] = (),
    most_faults: int | None = None,
    progress: Listener = None,
) -> Exploration:
    """Play a system in every order of slices, and say in which one it goes wrong.

    The system runs under virtual time. One slice is atomic; a timer fires only when no component can run, as in a lab,
    unless ``faults`` say otherwise.
    Seen are variables, boxes, the objects that they hold, and the globals that the code of the components names; what
    is not seen is said in the result, which then is not called proved.

    Args:
        system: a function that activates the components of the system, as for ``Lab(build=system)``.
        invariant: asked at each end with what ``system`` returned. False or an AssertionError is wrong.
        always: the same, asked at every state.
        look_for: what else is wrong, since you say what is meant: one or more of
            :class:`LostUpdate`, :class:`PriorityInversion`, :class:`Delivery` and :class:`Backlog`. Failures,
            deadlocks, lost wake-ups, livelocks and starvation are looked for anyway.
        start: ``"assembled"``: Pipelines, Graphlines and the like wire their components first; ``"built"``: the orders
            in which they do so are explored as well.
        fair: how often in a row a component that can run may be passed over; without it, for ever. A system that counts
            without bound in orders that nobody means has finitely many states then.
        ignore: attributes that are no part of the state, such as a log: ``"Server.served"``.
        how: ``"all"``: the graph of all states. ``"traces"``: one run for each truly different order, for systems that
            hold what cannot be seen into. ``"random"``, ``"pct"``: orders that are drawn, for systems with threads, or
            too many states. ``"auto"`` takes the first of these that fits, and says so in the result.
        states, seconds: limits. Where one is reached, the result is not complete.
        runs, slices: how many orders are drawn, and how many slices each may have.
        seed: the seed of the lab's random numbers, and of the first order that is drawn.
        faults: what the world may choose to do as well. ``"timers"``: the next timer fires although components can run.
            ``"loss"``, ``"duplication"``, ``"reordering"``: a message that goes over a lossy link is gone, arrives
            twice, or overtakes others that wait in its inbox.
        lossy: the links that these are about, by one of their ends: ``"Shop.outbox"``, ``"Bank.inbox"``. What is sent
            into a component of the network is a datagram, as ``"SimplePeer.inbox"``; over TCP nothing is lost.
        most_faults: how many faults there may be in one order; ``None``: any number.
        progress: called from a thread of its own, four times a second once a second has passed, with an
            :class:`ExplorationProgress`. Without it, that is shown on a terminal or under the cell; ``False``: not.

    Raises:
        KeyboardInterrupt: it was interrupted; nothing of it is kept, and another exploration can begin.
        CannotExplore: an argument is wrong, a predicate raised an error, or the system cannot be explored that way.

    >>> from kamlab import Component, Pipeline, explore
    >>> from kamlab.parts import OneShot
    >>> class Worker(Component):
    ...     def main(self):
    ...         while not self.data_ready():
    ...             yield
    ...             self.pause()
    ...             yield
    ...         self.recv()
    >>> def system():
    ...     _ = Pipeline(OneShot("work"), Worker()).activate()
    >>> print(explore(system))
    In 2 of all 12 orders (9 truly different) it goes wrong. Drawn slice by slice, the chance is 12.5%.
    lost wake-up: Worker_3 sleeps, and messages that it would take wait in its 'inbox': nothing wakes it
      the shortest order: 5 slices, 3 switches; after step 4 it goes wrong in every order
      order violation, it depends on who came first:
        at step 4 OneShot_2 wakes Worker_3 before Worker_3 falls asleep; the other way round it can end well
      1    Pipeline_1
      2    Worker_3
      3-4  OneShot_2
      5    Worker_3
      6    Pipeline_1
    """
    if not callable(system):
        raise CannotExplore(
            f"explore({shorten(system, 60)}): give a function that activates the components of a system, not what it "
            "returns, nor a lab: explore(system), and not explore(system())"
        )
    ignored = frozenset([ignore] if isinstance(ignore, str) else ignore)
    sought = (look_for,) if isinstance(look_for, Phenomenon) else _listed(look_for)
    world = fault_model_of(faults, lossy, most_faults)
    limits = (states, seconds, runs, slices, seed)
    watch = Watch(progress, seconds)
    task = _Task(system, invariant, always, sought, start == "assembled", fair, ignored, *limits, world, watch)
    _check_arguments(task, start, how)
    with task.watch, Interrupts(), Unending(sys._getframe()), watching(), fresh_kept():
        return task.explore(how)


@dataclass(frozen=True)
class _Task:
    """What is to be explored, and how far."""

    system: Callable[..., Any]
    invariant: Predicate | None
    always: Predicate | None
    look_for: tuple[Phenomenon, ...]
    assembled: bool
    fair: int | None
    ignored: frozenset[str]
    states: int
    seconds: float
    runs: int
    slices: int
    seed: int
    world: FaultModel
    watch: Watch

    def explore(self, how: str) -> Exploration:
        """Explore in a way, or in the first that fits."""
        if how in ("random", "pct"):
            return self.by_samples([how], "its orders were drawn, as it was asked for", self.seconds)
        why = ""
        try:
            if how != "traces":
                try:
                    return self.by_graph(how == "auto")
                except Opaque as error:
                    if how != "auto":
                        raise CannotExplore(f"the states of this system cannot be told apart: {error}") from error
                    why = f"its states cannot be told apart, since it holds {error}"
            return self.by_traces(why)
        except CannotRepeat as error:
            raise CannotExplore(str(error)) from None
        except (Differs, CannotStage) as error:
            if how != "auto":
                raise CannotExplore(f"the orders of this system cannot be explored that way: {error}") from error
            reasons = [reason for reason in (why, str(error)) if reason]
            return self.by_samples(["random", "pct"], "; ".join(reasons), self.seconds)

    def by_graph(self, goes_on: bool) -> Exploration:
        """Explore by the graph of all states; draw orders as well if it has too many, and nothing was found."""
        until = time.perf_counter() + self.seconds
        setting = Setting(self.system, self.seed, self.ignored, world=self.world)
        graph = self.expanded(setting)
        check_met(setting, graph.complete)
        rest = max(until, time.perf_counter() + JUDGING)
        self.watch.follow("states, of which is asked what is wrong,", lambda: len(graph.states))
        result = told(graph, Judge(graph, self.invariant, self.always, rest, self.look_for).judge())
        if result.found or graph.complete or not goes_on:
            return result
        return self.by_samples(["random", "pct"], result.why_not, max(JUDGING, self.seconds / 4), len(graph.states))

    def expanded(self, setting: Setting) -> Graph:
        """Return the graph; once a system has begun to use a network, it is explored again with the network seen."""
        for _ in range(2):
            graph = Graph(setting, self.assembled, self.fair)
            self.watch.follow("states found", graph.count)
            try:
                return graph.expand(self.states, self.seconds)
            except NetworkMet:
                pass
        raise CannotStage("its network is not there in each execution")

    def by_traces(self, why: str) -> Exploration:
        """Explore by one run for each truly different order."""
        setting = Setting(self.system, self.seed, self.ignored, lenient=True, world=self.world)
        verdicts = RunVerdicts(self.invariant, self.always, self.look_for)
        watch = None if self.always is None else verdicts.watch
        traces = Traces(setting, self.assembled, verdicts.judge, watch, verdicts.give_up)
        self.watch.follow("orders run", lambda: traces.runs)
        traces.explore(self.seconds)
        check_met(setting, traces.complete)
        reasons = [traces.why_not] if traces.why_not else [why] if why else []
        if self.always is not None:
            reasons.append("always= was asked only in the orders that were run")
        reasons += self._not_looked_for()
        return Exploration(
            complete=traces.complete and self.always is None,
            proved=False,
            why_not="; ".join([*reasons, *setting.unseen]) or "states were not told apart",
            how="traces",
            schedules=traces.runs,
            different=traces.runs if traces.complete else None,
            wrong=verdicts.wrong,
            chance=None,
            states=0,
            ends=0,
            real=0,
            found=schedules_of(verdicts.found, setting, len(traces.prefix)),
            world=self.world,
        )

    def by_samples(self, kinds: list[str], why: str, seconds: float, states: int = 0) -> Exploration:
        """Explore by orders that are drawn."""
        sampler = Sampler(self.system, self.invariant, self.always, self.slices, self.look_for, self.world)
        self.watch.follow("orders drawn", lambda: sampler.runs)
        sampler.run(kinds, self.runs, seconds, self.seed)
        reasons = [why, "the orders that were drawn prove nothing about the others", *self._not_looked_for()]
        left_out = [fault for fault in self.world.faults if fault in OF_MESSAGES]
        if left_out:
            reasons.append(f"no faults of {joined(left_out)} were drawn, only explored with how='all' or 'traces'")
        if sampler.unended:
            reasons.append(f"{sampler.unended:,} of them had not ended after {self.slices:,} slices")
        return Exploration(
            complete=False,
            proved=False,
            why_not="; ".join(reasons),
            how=" and ".join(kinds),
            schedules=sampler.runs,
            different=None,
            wrong=sampler.wrong,
            chance=None,
            states=states,
            ends=0,
            real=0,
            found=sampler.schedules(),
            world=self.world,
        )

    def _not_looked_for(self) -> list[str]:
        """Return a sentence if something was to be looked for that cannot be told from single runs."""
        names = [name for one in self.look_for if type(one).at_end is Phenomenon.at_end for name in one.names]
        names += [name for one in self.look_for if isinstance(one, LostUpdate) and one.among for name in one.names]
        return [f"{joined(names)} can be told from the states only, and was not looked for"] if names else []


def _listed(look_for: Any) -> tuple[Phenomenon, ...]:
    """Return what is to be looked for as a tuple.

    Raises:
        CannotExplore: it is something else.
    """
    found = tuple(look_for) if isinstance(look_for, Iterable) else (look_for,)
    for one in found:
        if not isinstance(one, Phenomenon):
            known = "LostUpdate, PriorityInversion, Delivery or Backlog"
            raise CannotExplore(f"look_for={one!r}: give values of {known}, of kamlab.exploration")
    return found


def _check_arguments(task: _Task, start: str, how: str) -> None:
    for name, predicate in (("invariant", task.invariant), ("always", task.always)):
        if predicate is not None and not callable(predicate):
            raise CannotExplore(f"{name}={predicate!r}: give a function of what the system returns")
    for name, value, known in (("start", start, STARTS), ("how", how, HOWS)):
        if value not in known:
            raise CannotExplore(f"{name}={value!r}: it is one of {', '.join(map(repr, known))}")
    fair = 1 if task.fair is None else task.fair
    limits = {"states": task.states, "runs": task.runs, "slices": task.slices, "fair": fair}
    for name, number in limits.items():
        if type(number) is not int or number < 1:
            raise CannotExplore(f"{name}={number!r}: give a whole number above 0")
    if not (isinstance(task.seconds, (int, float)) and task.seconds > 0):
        raise CannotExplore(f"seconds={task.seconds!r}: give a number above 0")
