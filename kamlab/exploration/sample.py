"""Samples: orders that are drawn, for systems with too many states, threads or a network.

``random`` draws the component of each slice, all that can run equally likely. ``pct`` gives each component a rank that
is drawn, runs the highest, and lowers the one that runs at a few slices that are drawn (Burckhardt and others, ASPLOS
2010): it finds deep and rare orders in which one component overtakes many. Neither proves anything of the orders that
were not drawn. An order that goes wrong is shrunk: its changes of component are left out, more and more of them, as
long as it still goes wrong (delta debugging, Zeller and Hildebrandt 2002).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.choice import Chooser, SeededRandom
from ..core.microprocess import Microprocess, name_in_task
from ..lab import Lab
from .found import Schedule
from .judge import ALWAYS, Phenomenon, Predicate, asked, judge_lab
from .setting import takes_lab

#: How many changes of rank there are in a ``pct`` run, and within how many slices.
CHANGES, WITHIN = 3, 60
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


class _SampleLab(Lab):
    """A lab that reports nothing: what fails is part of the result."""

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


class Sampler:
    """Runs a system in orders that are drawn.

    Args:
        system: builds the system.
        invariant, always: the predicates.
        slices: how many slices a run may have.
        look_for: what to look for besides, as far as it can be told from one run.
    """

    def __init__(
        self,
        system: Callable[..., Any],
        invariant: Predicate | None,
        always: Predicate | None,
        slices: int,
        look_for: Sequence[Phenomenon] = (),
    ) -> None:
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
            sample = self.once(SeededRandom(own) if kind == "random" else Ranked(own), own)
            self.runs += 1
            self.wrong += bool(sample.wrong)
            self.unended += not sample.has_ended
            for name in sample.wrong:
                self.found.setdefault(name, sample)
        return self

    def once(self, chooser: Chooser, seed: int) -> Sample:
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

        try:
            outcome = lab.run(until=None if self._always is None else until, max_steps=self._slices)
            wrong = {**seen, **judge_lab(lab, self._invariant, made[0], self._look_for)}
            path = lab.recording.path
            return Sample(wrong, path.picks, path.rounds, seed, outcome.reason != "max_steps")
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
                    rounds=small.rounds,
                    seed=small.seed,
                    _system=self._system,
                ),
            )
        return tuple(sorted(found.values(), key=lambda schedule: (schedule.slices, schedule.names)))

    def _shrunk(self, sample: Sample, name: str) -> Sample:
        """Return a run with fewer changes of component in which the same goes wrong."""
        until = time.perf_counter() + PATIENCE
        best, changes = self._follow(sample.seed, dict(enumerate(sample.picks)))
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
        return best

    def _follow(self, seed: int, changes: dict[int, str]) -> tuple[Sample, dict[int, str]]:
        chooser = Following(seed, changes)
        sample = self.once(chooser, seed)
        return sample, chooser.changed
