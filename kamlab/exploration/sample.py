"""Samples: orders that are drawn, for systems with too many states, or with threads.

``random`` draws the component of each slice, all that can run equally likely. ``pct`` gives each component a rank that
is drawn, runs the highest, and lowers the one that runs at a few slices that are drawn (Burckhardt and others, ASPLOS
2010): it finds deep and rare orders in which one component overtakes many. Neither proves anything of the orders that
were not drawn. An order that goes wrong is shrunk: its changes of component are left out, more and more of them, as
long as it still goes wrong (delta debugging, Zeller and Hildebrandt 2002); then single slices are left out, and then
slices move to earlier ones of the same component. What is left is called shrunk: a shorter order may exist.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..core.choice import Chooser, SeededRandom
from ..core.microprocess import Microprocess, name_in_task
from ..lab import Lab
from ..replay.journal import Entry
from .faults import NO_FAULTS, TIMERS, FaultModel
from .judge import ALWAYS, Phenomenon, judge_lab
from .predicates import Predicate, asked
from .schedule import Schedule
from .setting import takes_lab

#: How many changes of rank there are in a ``pct`` run, and within how many slices.
CHANGES, WITHIN = 3, 60
#: How likely it is after a slice that a timer fires early, where that may be.
EARLY = 0.15
#: How often a shorter order is tried, and for how many seconds.
TRIES, PATIENCE = 300, 3.0


class Ranked:
    """A chooser by ranks that are drawn, and that are lowered at slices that are drawn."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.restart()

    def restart(self) -> None:
        """Begin again; called when a lab is reset."""
        self._random = random.Random(self.seed)
        self._ranks: dict[int, float] = {}
        self._changes = {self._random.randrange(WITHIN) for _ in range(CHANGES)}
        self._slice = 0
        self._kept: list[Microprocess] = []

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the component with the highest rank."""
        for component in runnable:
            if id(component) not in self._ranks:
                self._ranks[id(component)] = 1 + self._random.random()
                self._kept.append(component)
        highest = max(range(len(runnable)), key=lambda place: self._ranks[id(runnable[place])])
        if self._slice in self._changes:
            self._ranks[id(runnable[highest])] = -float(self._slice)
            highest = max(range(len(runnable)), key=lambda place: self._ranks[id(runnable[place])])
        self._slice += 1
        return highest


class Following:
    """A chooser that goes on with the same component, but for some slices at which it changes to another one."""

    def __init__(self, seed: int, changes: dict[int, str]) -> None:
        self.seed = seed
        self._changes = changes
        self.restart()

    def restart(self) -> None:
        """Begin again; called when a lab is reset."""
        self._slice, self._last = -1, ""
        #: At which slices another component was chosen than the one that would go on.
        self.changed: dict[int, str] = {}

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the component to change to, or of the same one, or 0."""
        self._slice += 1
        names = [name_in_task(component) for component in runnable]
        usual = names.index(self._last) if self._last in names else 0
        wanted = self._changes.get(self._slice)
        place = names.index(wanted) if wanted in names else usual
        if place != usual:
            self.changed[self._slice] = names[place]
        self._last = names[place]
        return place


class _Early:
    """Decides after which slices the next timer fires although components can run: some are drawn, or given."""

    def __init__(self, seed: int, most: int | None, given: frozenset[int] | None = None) -> None:
        self._random = random.Random(seed)
        self._most = most
        self._given = given
        #: After which slices it fired.
        self.fired: list[int] = []

    def fire(self, lab: Lab) -> None:
        """Fire the next timer, if there is one, and if that is to be after this slice."""
        step = lab.step_number
        wanted = self._random.random() < EARLY if self._given is None else step in self._given
        left = self._most is None or len(self.fired) < self._most
        if wanted and left and lab.scheduler.next_timer() is not None and lab.scheduler.runnable():
            lab.fire_timers()
            self.fired.append(step)


class _SampleLab(Lab):
    """A lab that reports nothing: what fails is part of the result."""

    names_ends = False  # the verdicts of single runs are not shown

    def report(self, text: str) -> None:
        """Discard a report."""


@dataclass
class Sample:
    """One run: what is wrong in it, by name, and its order."""

    wrong: dict[str, str]
    picks: tuple[str, ...]
    rounds: int
    seed: int
    has_ended: bool
    entries: tuple[Entry, ...] = ()


class Sampler:
    """Runs a system in orders that are drawn.

    Args:
        system: builds the system.
        invariant, always: the predicates.
        slices: how many slices a run may have.
        look_for: what to look for besides, as far as it can be told from one run.
        world: what the world may choose to do; only timers are fired early.
    """

    def __init__(
        self,
        system: Callable[..., Any],
        invariant: Predicate | None,
        always: Predicate | None,
        slices: int,
        look_for: Sequence[Phenomenon] = (),
        world: FaultModel = NO_FAULTS,
    ) -> None:
        self._world = world
        self._system = system
        self._invariant = invariant
        self._always = always
        self._slices = slices
        self._look_for = tuple(look_for)
        self.runs = self.wrong = self.unended = 0
        #: The first run for each name.
        self.found: dict[str, Sample] = {}

    def run(self, kinds: Sequence[str], runs: int, seconds: float, seed: int) -> Sampler:
        """Draw as many runs, by these kinds in turn, as long as there is time."""
        until = time.perf_counter() + seconds
        for number in range(runs):
            if number and time.perf_counter() > until:
                break
            own = seed + number
            kind = kinds[number % len(kinds)]
            early = _Early(own, self._world.most) if TIMERS in self._world.faults else None
            sample = self.once(SeededRandom(own) if kind == "random" else Ranked(own), own, early)
            self.runs += 1
            self.wrong += bool(sample.wrong)
            self.unended += not sample.has_ended
            for name in sample.wrong:
                self.found.setdefault(name, sample)
        return self

    def once(self, chooser: Chooser, seed: int, early: _Early | None = None) -> Sample:
        """Run the system once."""
        made: list[Any] = []
        wants_lab = takes_lab(self._system)

        def build(lab: Any = None) -> None:
            made[:] = [self._system(lab) if wants_lab else self._system()]

        lab = _SampleLab(build=build if wants_lab else lambda: build(), clock="virtual", chooser=chooser, record=False)
        seen: dict[str, str] = {}

        def until(_lab: Any) -> bool:
            assert self._always is not None
            sentence = asked(self._always, made[0], "there")
            if sentence:
                seen[ALWAYS] = sentence
            return bool(sentence)

        stops = None if self._always is None else until
        try:
            outcome = lab.run(until=stops, max_steps=self._slices if early is None else 1)
            while early is not None and outcome.reason == "max_steps" and lab.step_number < self._slices:
                early.fire(lab)
                outcome = lab.run(until=stops, max_steps=1)
            path = lab.recording.path
            wrong = {**seen, **judge_lab(lab, self._invariant, made[0], self._look_for)}
            return Sample(wrong, path.picks, path.rounds, seed, outcome.reason != "max_steps", path.entries)
        finally:
            lab.stop()

    # -- shrinking ------------------------------------------------------------------------------

    def schedules(self) -> tuple[Schedule, ...]:
        """Return a shrunk order for each name."""
        found: dict[tuple[str, ...], Schedule] = {}
        for name, sample in self.found.items():
            small = self._shrunk(sample, name)
            names = tuple(sorted(small.wrong))
            found.setdefault(
                names,
                Schedule(
                    names,
                    "; ".join(dict.fromkeys(small.wrong.values())),
                    small.picks,
                    entries=small.entries,
                    faults=tuple([(entry.step, "the next timer fires first") for entry in fired(small.entries)]),
                    rounds=small.rounds,
                    seed=small.seed,
                    shrunk=small is not sample,
                    _system=self._system,
                ),
            )
        return tuple(sorted(found.values(), key=lambda schedule: (schedule.slices, schedule.names)))

    def _shrunk(self, sample: Sample, name: str) -> Sample:
        """Return a run with fewer changes of component, and fewer early timers, in which the same goes wrong."""
        until = time.perf_counter() + PATIENCE
        every: _Changes = {(place, "runs"): component for place, component in enumerate(sample.picks)}
        every.update({(entry.step, "fires"): "" for entry in fired(sample.entries)})
        best, changes = self._follow(sample.seed, every)
        if name not in best.wrong:  # the run is not decided by its order alone
            return sample
        parts, tries = 2, 0
        while changes and tries < TRIES and time.perf_counter() < until:
            places = sorted(changes)
            size = max(1, len(places) // parts)
            for begin in range(0, len(places), size):
                tries += 1
                left = {place: changes[place] for place in places[:begin] + places[begin + size :]}
                tried, done = self._follow(sample.seed, left)
                if name in tried.wrong and len(done) < len(changes):
                    best, changes, parts = tried, done, max(2, parts - 1)
                    break
            else:
                if size == 1:
                    break
                parts = min(len(places), 2 * parts)
        return best if fired(best.entries) else self._joined(self._shortened(best, name, until), name, until)

    def _shortened(self, best: Sample, name: str, until: float) -> Sample:
        """Return a run without the slices that can be left out, one after the other, so that the same goes wrong."""
        place = 0
        while place < len(best.picks) and time.perf_counter() < until:
            tried = self._in_order(best.seed, [*best.picks[:place], *best.picks[place + 1 :]])
            if name in tried.wrong and len(tried.picks) < len(best.picks):
                best = tried
            else:
                place += 1
        return best

    def _joined(self, best: Sample, name: str, until: float) -> Sample:
        """Return a run in which slices have moved to earlier ones of their component, as far as it still goes wrong."""
        for place in range(2, len(best.picks)):
            component, before = best.picks[place], list(best.picks[:place])
            if time.perf_counter() > until or component == before[-1] or component not in before:
                continue
            last = place - before[::-1].index(component)
            tried = self._in_order(best.seed, [*before[:last], component, *before[last:], *best.picks[place + 1 :]])
            if name in tried.wrong and (len(tried.picks), _switches(tried)) < (len(best.picks), _switches(best)):
                best = tried
        return best

    def _in_order(self, seed: int, picks: Sequence[str]) -> Sample:
        return self._follow(seed, {(place, "runs"): component for place, component in enumerate(picks)})[0]

    def _follow(self, seed: int, changes: _Changes) -> tuple[Sample, _Changes]:
        chooser = Following(seed, {place: name for (place, what), name in changes.items() if what == "runs"})
        steps = frozenset(place for place, what in changes if what == "fires")
        early = _Early(seed, None, steps) if steps else None
        sample = self.once(chooser, seed, early)
        done: _Changes = {(place, "runs"): name for place, name in chooser.changed.items()}
        done.update({(step, "fires"): "" for step in (early.fired if early is not None else ())})
        return sample, done


def _switches(sample: Sample) -> int:
    return sum(one != other for one, other in pairwise(sample.picks))


#: What differs from a run that goes on with the same component: at which slice, what, and the component that runs.
_Changes = dict[tuple[int, str], str]


def fired(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of a journal in which timers were fired."""
    return [entry for entry in entries if entry.kind == "fire"]
