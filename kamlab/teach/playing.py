"""How a check plays a system: every order of slices where that is possible, otherwise orders that are drawn.

Every check goes through :func:`play`. It explores the system first (:mod:`.every_order`), within a limit of processor
time. What is wrong then comes with a shortest order in which it is. Where there are too many orders, or the system
cannot be seen into, orders are drawn: half of them uniformly, each component that can run with the same chance, half by
probabilistic concurrency testing (:class:`~kamlab.exploration.sample.Ranked`), which finds answers that wait for a
number of slices. The sentence of a verdict says which of the two was done.

A check has two parts. Its monitor looks at each moment of each order. Its judge gets one run for each end that differs,
and a few runs that were drawn; it looks at the end, and at what does not depend on the order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from ..core.choice import Chooser, SeededRandom
from ..core.microprocess import Microprocess, name_in_task
from ..exploration.errors import CannotExplore, CannotStage
from ..exploration.executions import Differs
from ..exploration.footprint import watching
from ..exploration.kinds import Opaque
from ..exploration.sample import EARLY, Ranked
from .actions import Action, Monitor, Watcher
from .every_order import EveryOrder, Name
from .orders import Orders, current_orders
from .reach import spying
from .runs import SLICES, Run, System, Wrong, failed

process_time = time.process_time  # kept here: in a slice, time is the lab's

#: How many orders are drawn where not every order can be played, and how many besides every order.
DRAWN, BESIDES = 500, 30
#: How many different ends are judged.
ENDS = 100
#: In which slices a component begins to be late, and for how many it is.
LATE_FROM, LATE_FOR = (5, 40), (20, 120)
#: How many seconds of processor time exploring may take, and drawing after it.
EXPLORING, DRAWING = 2.8, 1.2

#: Judges a run at its end; gets the state of the monitor, too. It raises Wrong.
Judge = Callable[[Run, Any], Any]


@dataclass(frozen=True)
class Played:
    """What was played: ``orders`` as the beginning of a sentence, and whether that is every order there is."""

    orders: str
    proved: bool
    why_not: str = ""

    def __str__(self) -> str:
        return self.orders


def play(
    system: System,
    judge: Judge,
    *,
    monitor: Monitor | None = None,
    slices: int = SLICES,
    rests: bool = True,
    ignore: Sequence[str] = (),
    alone: bool = True,
    early: bool = True,
    fair: bool = False,
    late: bool = False,
    explores: bool = True,
    drawn: int = DRAWN,
) -> Played:
    """Play a system in every order of slices, or in as many as there is time for; raise Wrong if one is wrong.

    Args:
        system: builds the system.
        judge: called with a run at its end, and with the state of the monitor then.
        monitor: looks at each action in every order.
        slices: how many slices a run may have.
        rests: whether the system has to come to rest. If not, runs end after so many slices.
        ignore: attributes that are no part of the state, such as a log: ``"Server.served"``.
        alone: whether components must not use variables of others.
        early: whether a timer may fire while components can run, so that no answer is right because it waits.
        fair: whether all orders are drawn uniformly, since what is claimed needs that each component runs now and then.
        late: whether in half of these orders one component runs late: it is left out for a while, and that is fair.
        explores: whether to try to play every order.
        drawn: how many orders are drawn where not every order is played.

    Returns:
        Which orders were played, as the beginning of a sentence.

    Raises:
        Wrong: with a shortest order where every order was played.

    >>> from kamlab import Pipeline
    >>> from kamlab.parts import Collate, DataSource
    >>> def system():
    ...     keep = Collate()
    ...     Pipeline(DataSource([1, 2]), keep).activate()
    ...     return keep
    >>> def judge(run, _):
    ...     if run.made.collated != [1, 2]:
    ...         raise Wrong("A number is missing.", run)
    >>> print(play(system, judge), "both numbers arrived.")
    In all 24 orders both numbers arrived.
    """
    player = _Player(
        system, judge, monitor or Monitor(), slices, rests, alone, early, fair, late, drawn, current_orders()
    )
    player.begin()
    return player.play(frozenset(ignore), explores)


@dataclass
class _Player:
    """Plays one system for one check."""

    system: System
    judge: Judge
    monitor: Monitor
    slices: int
    rests: bool
    alone: bool
    early: bool
    fair: bool
    late: bool
    drawn: int
    orders: Orders
    has_timers: bool = False
    first: Wrong | None = None
    _seeds: Iterator[int] = field(init=False)

    def begin(self) -> None:
        """Play the first orders; what is wrong with what was handed in, and not with a run, is said at once."""
        self._seeds = iter(range(self.orders.first_seed, self.orders.first_seed + 1_000_000))
        for kind in ("random", "pct"):
            self._try(partial(self._drawn, kind, spied=self.alone))
            if self.first is not None and self.first.run is None:
                raise self.first

    def play(self, ignore: frozenset[str], explores: bool) -> Played:
        """Play every order, or draw orders."""
        explored = self._explore(ignore) if explores else None
        if self.first is not None and (self.first.part == 0 or (explored is not None and explored.complete)):
            raise self.first
        proved = explored is not None and explored.complete
        until = process_time() + DRAWING
        count, wanted = 0, BESIDES if proved else self.drawn
        while count < wanted:
            if count >= BESIDES and process_time() > until:
                break
            kind = "pct" if count % 2 else "random"
            self._try(partial(self._drawn, kind, spied=self.alone and count < BESIDES))
            count += 1
            if self.first is not None and not self.first.part:
                raise self.first
        if self.first is not None:
            raise self.first
        if explored is None or not proved:
            if count < wanted:
                self.orders.cut = count, wanted
            why = "" if explored is None else explored.why_not
            return Played(f"In {count} drawn orders", False, why)
        number = explored.orders()
        if number is None:
            return Played(f"In all orders, through {len(explored.graph.states):,} states,", True)
        return Played("In the only order" if number == 1 else f"In all {number:,} orders", True)

    def _try(self, run: Callable[[], Any]) -> None:
        """Run something; keep what is wrong, unless it is only about a later part of the exercise."""
        try:
            run()
        except Wrong as wrong:
            if self.first is None or wrong.part < self.first.part:
                self.first = wrong

    # -- runs -----------------------------------------------------------------------------------------

    def _drawn(self, kind: str, spied: bool = False) -> None:
        """Play an order that is drawn; in some of those of a system with timers these fire early."""
        seed = next(self._seeds)
        run = Run(self.system, seed, _Noting(self._chooser(kind, seed)))
        draws = Random(seed)
        chance = EARLY if self.early and self.has_timers and draws.random() < 0.5 else 0.0
        self._run(run, lambda _step: draws.random() < chance, spied, bool(chance))
        self.has_timers = self.has_timers or run.lab.clock.now() > 0

    def _chooser(self, kind: str, seed: int) -> Chooser:
        if kind == "random" or (self.fair and not self.late):
            return SeededRandom(seed)
        return _OneIsLate(seed) if self.fair else Ranked(seed)

    def _given(self, names: list[Name], wrong: Wrong | None = None) -> None:
        """Play an order of names, and go on as drawn if it is not over then; raise what is said of it."""
        picks = [name for name in names if name is not None]
        fires = {place - count for count, place in enumerate(i for i, name in enumerate(names) if name is None)}
        run = Run(self.system, None, _Noting(_Given(picks, self.orders.first_seed)))
        if wrong is None:
            self._run(run, fires.__contains__, False, bool(fires))
            return
        self._drive(run, len(picks), fires.__contains__, None, bool(fires))
        self._count()
        step = run.step if wrong.step is None else wrong.step
        raise Wrong(str(wrong).replace("{step}", str(step)), run, step, wrong.part)

    def _drive(
        self, run: Run, slices: int, fires: Callable[[int], bool], note: Callable[[Any], bool] | None, stops: bool
    ) -> None:
        """Run a lab; after each slice the next timer may fire, if it ``stops`` there."""
        lab = run.lab
        if not stops:
            run.outcome = lab.run(until=note, max_steps=slices)
            return
        while True:
            if fires(lab.step_number) and lab.scheduler.next_timer() is not None and lab.scheduler.runnable():
                lab.fire_timers()
            run.outcome = lab.run(until=note, max_steps=1)
            if run.outcome.reason != "max_steps" or lab.step_number >= slices:
                return

    def _run(self, run: Run, fires: Callable[[int], bool], spied: bool, stops: bool) -> None:
        standing: dict[int, Action] = {}
        watcher = Watcher(self.monitor.attributes)
        chooser = run.chooser

        def note(lab: Any) -> bool:
            if chooser.ran is not None:
                standing[lab.step_number] = watcher.stands(chooser.ran)
            return False

        if spied:
            with spying(self.system) as seen:
                self._drive(run, self.slices, fires, note, stops)
            if seen:
                raise Wrong(seen[0], run)
        else:
            self._drive(run, self.slices, fires, note, stops)
        self._count()
        if run.failures:
            raise failed(run)
        state = self.monitor.start()
        later: Wrong | None = None
        for step, action in watcher.of_events(run.lab.trace, standing):
            try:
                state = self.monitor.see(state, action)
            except Wrong as wrong:
                found = Wrong(str(wrong).replace("{step}", str(step)), run, step, wrong.part)
                if not wrong.part:
                    raise found from None
                later = later or found
        if self.rests and run.outcome.reason == "max_steps":
            self.judge(run, state)
            raise Wrong(f"The system does not come to rest: it still runs after {run.step} slices.", run)
        self.judge(run, state)
        if later is not None:
            raise later

    def _count(self) -> None:
        self.orders.played += 1
        if self.orders.look is not None:
            self.orders.look()

    # -- every order ----------------------------------------------------------------------------------

    def _explore(self, ignore: frozenset[str]) -> EveryOrder | None:
        """Play every order, and raise what is wrong in a shortest one; return ``None`` where that is not possible."""
        try:
            with watching():
                explored = EveryOrder(self.system, self.monitor, process_time() + EXPLORING, ignore, self.early)
                found = explored.wrong
                reached = explored.graph.reached[:1] if self.alone else []
                ways = [explored.way_to(both) for both, _ in explored.ends[:ENDS]]
                endless = explored.endless() if self.rests else None
                reaches = [(explored.way_to_state(reach.state), reach.sentence) for reach in reached]
        except (Opaque, Differs, CannotStage, CannotExplore):
            return None
        for names, sentence in reaches:
            self._given(names, Wrong(sentence))
        if found is not None and not found[1].part:
            self.first = None
            self._given(*found)
        later = self.first
        self.first = None
        if found is not None:
            self._try(partial(self._given, *found))
        for names in ways:
            self._try(partial(self._given, names))
            if self.first is not None and not self.first.part:
                raise self.first
        if endless is not None:
            self._endless(*endless)
        if self.first is None:
            self.first = later
        if len(explored.ends) > ENDS:
            explored.complete, explored.why_not = False, f"there are more than {ENDS} different ends"
        return explored

    def _endless(self, names: list[Name], who: list[str]) -> None:
        try:
            self._given(names)
        except Wrong as wrong:
            if not wrong.part:
                raise
        self._given(names, Wrong(f"{' and '.join(who)} can go on for ever, however fairly they are run."))


class _Noting(SeededRandom):
    """A chooser that notes which component another one has chosen last.

    It is a SeededRandom so that a run's line replays in any lab: the line has the order itself.
    """

    def __init__(self, chooser: Any) -> None:
        super().__init__(chooser.seed)
        self._chooser = chooser
        self.ran: Microprocess | None = None

    def choose(self, runnable: Sequence[Any]) -> int:
        """Return what the chooser returns."""
        place: int = self._chooser.choose(runnable)
        self.ran = runnable[place]
        return place


class _OneIsLate(SeededRandom):
    """Draws uniformly, but for a while one component gets no slice as long as another one can run."""

    def restart(self) -> None:
        """Begin again."""
        super().restart()
        self._slice = -1
        self._begins = self._random.randrange(*LATE_FROM)
        self._ends = self._begins + self._random.randrange(*LATE_FOR)
        self._late: object = None

    def choose(self, runnable: Sequence[object]) -> int:
        """Return an index; not that of the component that is late."""
        self._slice += 1
        if self._slice == self._begins:
            self._late = self._random.choice(runnable)
        others = [place for place, component in enumerate(runnable) if component is not self._late]
        if self._begins <= self._slice < self._ends and others:
            return self._random.choice(others)
        return super().choose(runnable)


class _Given:
    """A chooser that follows a list of names, and then draws."""

    def __init__(self, names: list[str], seed: int) -> None:
        self.seed = seed
        self._names = iter(names)
        self._rest = SeededRandom(seed)

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the next name in the list."""
        name = next(self._names, None)
        here = [name_in_task(component) for component in runnable]
        return here.index(name) if name in here else self._rest.choose(runnable)
