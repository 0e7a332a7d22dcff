"""Going back, and on from there: a lab whose system can be built again is built again and replayed.

Nothing is copied, since a generator cannot be: to stand after slice k the system is built afresh and
run to slice k by its journal. That is exact by construction, and quick, as ten thousand slices take
a fraction of a second. Older components are stopped first, so files and ports are free.

A lab knows how to build its system if it was told: ``Lab(build=function)`` or a ``%%system`` cell.
Where it does not, or where something happened that nobody can do again, it says so, and the past can
still be looked at in the trace.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kamlab.core.clock import HeldClock
from kamlab.core.errors import LabIsRunning, StepOutOfRange
from kamlab.core.events import RESUMED, error_in_words

from .building import Building
from .errors import CannotRewind, RecordIsOver, RunDiffers
from .journal import Journal, Path
from .replay import play
from .tree import Branch, Tree
from .uncollected import uncollected
from .unheard import unheard

HOW = (
    "Build the system in a function, Lab(build=function), or in a %%system cell, and the lab can go back. "
    "lab.at(step) shows what was where in any case."
)


class Rewinding(Building):
    """What a lab can do with its past.

    >>> from kamlab import Component, Lab
    >>> class Count(Component):
    ...     def main(self):
    ...         for number in range(100):
    ...             self.send(number)
    ...             yield
    >>> lab = Lab(build=lambda: Count().activate(), clock="virtual")
    >>> _ = lab.step(50)
    >>> lab.back(10)
    >>> lab.step_number
    40
    """

    # -- going back and forth ------------------------------------------------------------------------

    def back(self, n: int = 1) -> None:
        """Stand where the lab stood ``n`` slices ago; going on from there opens a branch.

        Raises:
            StepOutOfRange: there were not so many.
            CannotRewind: the lab cannot be built again; the message says why and what to change.
        """
        here = self.step_number
        if type(n) is not int or n < 1:
            raise StepOutOfRange(f"back({n!r}): give a number of slices, 1 or more", 0, here)
        if n > here:
            raise StepOutOfRange(f"back({n}): the lab is at step {here}, so it can go back by {here} at most", 0, here)
        self.goto(here - n)

    def goto(self, step: int | None = None, branch: int | None = None) -> None:
        """Stand after slice ``step`` of this branch, or of the branch of that number; without ``step`` at its tip.

        Raises:
            StepOutOfRange: the branch has no such step.
            NoSuchBranch: there is no such branch.
            CannotRewind: the lab cannot be built again; the message says why and what to change.
        """
        tree = self.branches
        way = tree[self._here if branch is None else branch]
        wanted = way.steps if step is None else step
        if branch is None and type(wanted) is int and wanted > way.steps and self.lockstep:
            # Who has only gone the same way again may go on along it.
            longer = [each for each in tree if each.steps >= wanted and way.path.is_beginning_of(each.path)]
            way = longer[0] if longer else way
        self._check_step(wanted, way)
        self._check_can_rewind(wanted, way.path)
        self._move(way.number, way.path, wanted)

    def check_can_go(self, step: int) -> None:
        """Raise what ``goto(step)`` would raise, and go nowhere.

        Raises:
            StepOutOfRange, CannotRewind, LabIsRunning: as for ``goto``.
        """
        way = self.branches[self._here]
        self._check_step(step, way)
        self._check_can_rewind(step, way.path)

    @property
    def branches(self) -> Tree:
        """The branches of this lab's runs, and where it stands."""
        with self.lock:
            branches = self._branches or (Branch(0, None, 0, Path()),)
            if self._past is None:
                path = self._journal.path() if self._journal is not None else Path(steps=self.scheduler.step)
                branches = tuple(replace(each, path=path) if each.number == self._here else each for each in branches)
            return Tree(branches, self._here, self.scheduler.step)

    @contextlib.contextmanager
    def twin(self, step: int | None = None) -> Iterator[Any]:
        """Lend a second lab that stands at a step of this one's run, now unless told; this one stays as it is.

        The system is built and run once more, unseen; what its components do to files they do again. The
        twin is stopped at the end of the ``with``.

        Raises:
            StepOutOfRange, CannotRewind: as for ``goto``.
        """
        here = self.branches[self._here]
        wanted = self.step_number if step is None else step
        self._check_step(wanted, here)
        self._check_can_rewind(wanted, here.path)
        other = self._fresh_twin()
        other.clock = copy.deepcopy(self.clock)
        other._builder, other._branches = self._builder, (Branch(0, None, 0, here.path),)
        other._past = here.path
        other._run_ends_building = self._run_ends_building
        other._drives_end_building = self._drives_end_building
        try:
            other._move(0, here.path, wanted)
            yield other
        finally:
            with unheard(other):
                other.stop()

    def _fresh_twin(self) -> Any:
        """Return an empty lab with the same doors."""
        raise NotImplementedError

    def _check_step(self, step: Any, way: Branch) -> None:
        if type(step) is not int or not 0 <= step <= way.steps:
            raise StepOutOfRange(
                f"there is no step {step!r}: branch {way.number} has the steps 0 to {way.steps}, counted in slices "
                "since the beginning. Steps to come are reached with step() or run().",
                0,
                way.steps,
            )

    def _check_can_rewind(self, step: int, path: Path) -> None:
        self._check_not_inside("goto")
        if self.running or self.scheduler.driver is not None:
            raise LabIsRunning("the lab runs; call lab.pause() first, then go back")
        if self._builder is None:
            raise CannotRewind(f"this lab does not know how its system is built, so it cannot be built again. {HOW}")
        if path.ends is not None and step > path.ends_at:
            raise CannotRewind(
                f"what happened after step {path.ends_at} cannot be done again, because {path.ends}; up to that step "
                "the lab can go back. lab.at(step) shows what was where later."
            )

    def _move(self, branch: int, path: Path, step: int) -> None:
        """Build the system again and play a path to a step."""
        self._check_open()
        tree = self.branches
        order = _who_ran(self.trace, min(step, self.scheduler.step)) if branch == self._here else []
        hooks = self.trace.hooks
        self._moving = self.in_between = True
        try:
            with unheard(self), uncollected(step):
                epoch = getattr(self.clock, "epoch", None)
                left = self.scheduler
                self.reset()
                left.log = None  # the old records go at once; its components only when garbage is looked for
                if isinstance(self.clock, HeldClock) and epoch is not None:
                    self.clock.epoch = epoch
                self._branches, self._here = tree.branches, branch
                self.trace.adopt_hooks({})
                self._rebuild_and_play(path, step)
        finally:
            self._moving = self.in_between = False
            self.trace.adopt_hooks(hooks)
            journal = self._journal
            if journal is not None:
                self._past = path if _is_before(journal, path) else None
                if path.ends is not None and self._past is None:
                    journal.ends, journal.ends_at = path.ends, path.ends_at
                journal.go_live()
            self._rearm_breakpoints()
        self._prune()
        _compare_order(self.trace, order)

    def _rebuild_and_play(self, path: Path, step: int) -> None:
        journal = self._make_journal(path)
        journal.building = True
        try:
            self._build_now()
        except Exception as error:
            raise RunDiffers(
                f"the system cannot be built again: {error_in_words(error)}. Other things than the first time must "
                "have been there; the lab is empty now.",
                0,
            ) from error
        finally:
            journal.building = False
        with self._driving(complete=True) as interrupt:
            play(self, journal, step, interrupt)

    # -- going on ------------------------------------------------------------------------------------

    def note_foreign(self, why: str) -> None:
        """Note that nothing after this can be done again."""
        journal = self._journal
        if journal is not None and not journal.building and not self._moving:
            self._branch_off()
            inside = self.scheduler.running is not None  # then the slice itself cannot be run again
            journal.foreign(why, self.scheduler.step - inside)

    def _before_drive(self, complete: bool) -> None:
        """Called before the lab is driven: open a branch, and give up the journal where nothing is held."""
        super()._before_drive(complete)
        if self._moving:
            return
        journal = self._journal
        if journal is None:
            return
        over = self._record_is_over()
        if over is not None:
            raise RecordIsOver(over)
        self._branch_off()
        if not complete and not self.lockstep and journal.ends is None:
            journal.foreign("it ran freely, by the real time")
            if isinstance(self.clock, HeldClock):
                self.clock.held = False

    def _record_is_over(self) -> str | None:
        """Return why the lab cannot go on from here, or ``None``."""
        return None

    def _branch_off(self) -> None:
        """Make a branch of what comes now, if the lab stands in the past."""
        past, self._past = self._past, None
        if past is None:
            return
        number = 1 + max(each.number for each in self._branches)
        self._branches += (Branch(number, self._here, self.scheduler.step, self._journal.path()),)  # type: ignore[union-attr]
        self._here = number

    def _prune(self) -> None:
        """Forget branches on which nothing happened that is not on another one as well."""
        kept = list(self._branches)
        for branch in self._branches:
            if branch.number == self._here or any(each.parent == branch.number for each in kept):
                continue
            if self.lockstep and any(each is not branch and branch.path.is_beginning_of(each.path) for each in kept):
                kept.remove(branch)
        self._branches = tuple(kept)


def _is_before(journal: Journal, path: Path) -> bool:
    return journal.scheduler.step < path.steps or len(journal.entries) < len(path.entries)


def _who_ran(trace: Any, steps: int) -> list[str]:
    """Return who had the first slices, as far as the trace goes back."""
    if not trace.whole:
        return []
    who = [rec[3] for rec in trace.records_from(0) if rec[0] is RESUMED and rec[1] <= steps]
    names = {id(each): each.short_name for each in {id(each): each for each in who}.values()}
    return [names[id(each)] for each in who]


def _compare_order(trace: Any, before: list[str]) -> None:
    """Raise RunDiffers if not the same components ran as before."""
    again = _who_ran(trace, len(before))
    if again == before:
        return
    for step, (then, now) in enumerate(zip(before, again, strict=False), 1):
        if then != now:
            raise RunDiffers(
                f"the system does not do the same again: slice {step} was {then}'s, and now it is {now}'s. Does it "
                "use random numbers, files or the network by itself? The lab stands as it was played this time.",
                step,
            )
