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
from .comparing import Kept, first_difference, kept_of
from .errors import CannotRewind, RecordIsOver, RunDiffers
from .journal import Journal, Path
from .replay import play
from .tree import Branch, Tree
from .uncollected import uncollected
from .unheard import unheard

HOW = (
    "Build the system in a function, Lab(build=function), or in a %%system cell, and the lab can go back. "
    "lab.snapshot(step) shows what was where in any case."
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

    def forward(self, n: int = 1) -> None:
        """Go ``n`` slices on along the branch, as it is recorded, with what was done by hand on the way.

        Raises:
            StepOutOfRange: the branch has not so many more; ``step`` and ``run`` go on from its tip.
            CannotRewind: the lab cannot be built again; the message says why and what to change.
        """
        here = self.step_number
        way = self.branches[self.branches.here]
        if type(n) is not int or n < 1:
            raise StepOutOfRange(f"forward({n!r}): give a number of slices, 1 or more", here, way.steps)
        if here + n > way.steps:
            left = way.steps - here
            raise StepOutOfRange(
                f"forward({n}): the lab is at step {here}, and branch {way.number} is recorded to step {way.steps}, so "
                f"it can go forward by {left}. New steps are made with step() or run().",
                here,
                way.steps,
            )
        self.goto(here + n)

    def goto(self, step: int | None = None, branch: int | None = None, *, time: float | None = None) -> None:
        """Stand after slice ``step`` of this branch, or of the branch of that number; without ``step`` at its tip.

        With ``time`` instead of ``step`` stand after the last slice that began at that time or before it, in
        seconds of the lab's clock.

        Raises:
            StepOutOfRange: the branch has no such step, or what was kept of it has no such time.
            NoSuchBranch: there is no such branch.
            CannotRewind: the lab cannot be built again; the message says why and what to change.
            RunDiffers: what was played is not what had happened; the lab stands as it was played this time.
        """
        tree = self.branches
        way = tree[tree.here if branch is None else branch]
        if time is not None:
            step = self._step_at(time, step, way)
        wanted = way.steps if step is None else step
        self._check_step(wanted, way)
        self._check_can_rewind(wanted, way.path)
        self._check_classes()
        self._move(way.number, way.path, wanted)

    def _step_at(self, time: float, step: int | None, way: Branch) -> int:
        """Return the step of a branch at a time."""
        if step is not None:
            raise StepOutOfRange(f"goto({step}, time={time}): give a step or a time, not both", 0, way.steps)
        kept = self._kept_on(way.number)
        times = kept.times
        known = isinstance(time, (int, float)) and bool(times) and (times[0] if kept.first else 0) <= time
        if not known or (kept.last < way.steps and time >= times[-1]):
            which = f"from step {kept.first + 1} to step {kept.last}" if times else "of no step"
            if times:
                which += f", {times[0]:g} s to {times[-1]:g} s"
            raise StepOutOfRange(
                f"goto(time={time!r}): of branch {way.number} the times are known {which}", kept.first, kept.last
            )
        return kept.step_at(time)

    def check_can_go(self, step: int) -> None:
        """Raise what ``goto(step)`` would raise, and go nowhere.

        Raises:
            StepOutOfRange, CannotRewind, LabIsRunning: as for ``goto``.
        """
        tree = self.branches
        way = tree[tree.here]
        self._check_step(step, way)
        self._check_can_rewind(step, way.path)

    @property
    def branches(self) -> Tree:
        """The branches of this lab's runs, and where it stands.

        A lab that went back and on again is on the same branch as long as it does what is recorded; at the first
        difference a branch begins.
        """
        with self.lock:
            self._find_branch()
            branches = self._branches or (Branch(0, None, 0, Path()),)
            if self._past is None:
                path = self._journal.path() if self._journal is not None else Path(steps=self.scheduler.step)
                branches = tuple(replace(each, path=path) if each.number == self._here else each for each in branches)
            return Tree(branches, self._here, self.scheduler.step)

    def _find_branch(self) -> None:
        """Find out, if the lab has gone on from where it stood in the past, which branch that is."""
        past, journal = self._past, self._journal
        if past is None or journal is None or self._moving or self.scheduler.running is not None:
            return
        path = journal.path()
        if _place(path) == self._arrived:
            return
        self._arrived = _place(path)
        own = kept_of(self.trace)
        ways = sorted(self._branches, key=lambda each: each.number != self._here)
        for way in ways:
            along = path.is_beginning_of(way.path) and not path.misses_a_hand(way.path)
            if (along or way.path.is_beginning_of(path)) and self._does_as(way, own):
                self._leave(way.number)
                self._past = way.path if _is_before(journal, way.path) else None
                return
        differs = first_difference(self._kept.get(self._here, Kept(0)), own)
        forked_at = past.parting(path) if differs is None else min(past.parting(path), differs.step - 1)
        number = 1 + max(each.number for each in self._branches)
        parent: int | None = self._here
        if self._strayed:
            self._strayed = False
            if self._here in self._strays and all(each.parent != self._here for each in self._branches):
                left = next(each for each in self._branches if each.number == self._here)
                parent, forked_at = left.parent, min(forked_at, left.forked_at)  # nothing was done on it: replace it
                self._branches = tuple(each for each in self._branches if each is not left)
                self._kept.pop(left.number, None)
            self._strays.add(number)
        self._branches += (Branch(number, parent, forked_at, path),)
        self._here, self._past = number, None

    def _leave(self, number: int) -> None:
        """Be on another branch; the one that is left is forgotten if it has nothing of its own."""
        left, self._here = self._here, number
        if left == number or any(each.parent == left for each in self._branches):
            return
        way = next(each for each in self._branches if each.number == left)
        if any(each is not way and way.path.is_beginning_of(each.path) for each in self._branches):
            self._branches = tuple(each for each in self._branches if each.number != left)
            self._kept.pop(left, None)

    def _does_as(self, way: Branch, own: Kept) -> bool:
        kept = self._kept.get(way.number)
        return kept is None or first_difference(kept, own) is None

    def _kept_on(self, number: int) -> Kept:
        """Return what was kept of a branch."""
        before = self._kept.get(number)
        if number != self._here:
            return before or Kept()
        own = kept_of(self.trace)
        return own if before is None else own.continued(before)

    @contextlib.contextmanager
    def twin(self, step: int | None = None) -> Iterator[Any]:
        """Lend a second lab that stands at a step of this one's run, now unless told; this one stays as it is.

        The system is built and run once more, unseen; parts that write to files write nothing in it. The twin
        is stopped at the end of the ``with``.

        Raises:
            StepOutOfRange, CannotRewind: as for ``goto``.
        """
        tree = self.branches
        here = tree[tree.here]
        wanted = self.step_number if step is None else step
        self._check_step(wanted, here)
        self._check_can_rewind(wanted, here.path)
        other = self._fresh_twin()
        other._is_twin, other.written_from = True, dict(self.written_from)
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

    @property
    def writes_outside(self) -> bool:
        """Whether what components write to files shall get there; not while a run is played again, nor in a twin."""
        return not (self._moving or self._is_twin)

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
                "the lab can go back. lab.snapshot(step) shows what was where later."
            )

    def _move(self, branch: int, path: Path, step: int) -> None:
        """Build the system again and play a path to a step.

        Raises:
            RunDiffers: it did not do what had been kept of that branch.
        """
        self._check_open()
        tree = self.branches
        self._kept[self._here] = self._kept_on(self._here)
        hooks = self.trace.hooks
        moved = False
        self._moving = True
        self.in_between: bool = True
        try:
            with unheard(self), uncollected(step):
                epoch = getattr(self.clock, "epoch", None)
                left = self.scheduler
                self.reset()
                left.log = None  # the old records go at once; its components only when garbage is looked for
                if isinstance(self.clock, HeldClock) and epoch is not None:
                    self.clock.epoch = epoch
                if branch != self._here:
                    self._leave_way()
                self._branches, self._here = tree.branches, branch
                self.trace.adopt_hooks({})
                self._rebuild_and_play(path, step)
            moved = True
        finally:
            self._moving = False
            self.in_between = False
            self.trace.adopt_hooks(hooks)
            journal = self._journal
            if journal is not None:
                self._past = path if _is_before(journal, path) else None
                if path.ends is not None and self._past is None:
                    journal.ends, journal.ends_at = path.ends, path.ends_at
                journal.go_live()
                self._arrived = _place(journal.path())
            self._rearm_breakpoints()
            if not moved:
                self._leave_way()
        self._compare(branch)

    def _compare(self, branch: int) -> None:
        """Raise RunDiffers if the components did not do what they had done on that branch."""
        before, now = self._kept.get(branch), kept_of(self.trace)
        differs = None if before is None else first_difference(before, now)
        if differs is None:
            self._kept[branch] = now if before is None else now.continued(before)
            return
        self._leave_way()
        self._strayed = True
        if self._past is None:  # so that what is there now is another branch, and has its own record
            self._past = self.branches[branch].path
        self._arrived = (-1, -1, 0)
        who, step = differs.who, differs.step
        raise RunDiffers(
            f"the run that was played again is not the one that was: at step {step} {who} did not do the same.\n"
            f"  then: {differs.then}\n  now:  {differs.now}\n"
            f"{self._guess(who)}\nThe lab stands at step {self.scheduler.step}, as it was played this time.",
            step,
        )

    def _guess(self, who: str) -> str:
        """Say what may have made a component do something else."""
        from .causes import guess

        ran = {record[3].short_name: record[3] for record in self.trace.records_from(0) if record[0] is RESUMED}
        return guess(ran.get(who), self._builder)

    def _check_classes(self) -> None:
        """Refuse to go back if a class that the builder uses was defined anew: that would be another system."""
        from .causes import cell_of, redefined

        cls = redefined(self._classes, self._builder)
        if cls is not None:
            raise RunDiffers(
                f"the class {cls.__name__} was defined anew{cell_of(cls)} since this system was built, so going back "
                "would play another system. lab.reset() builds it with the new class, from step 0; lab.snapshot(step) "
                "shows what was where in this run.",
                0,
            )

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
            inside = self.scheduler.running is not None  # then the slice itself cannot be run again
            journal.foreign(why, self.scheduler.step - inside)

    def _before_drive(self, complete: bool) -> None:
        """Called before the lab is driven: give up the journal where nothing is held."""
        super()._before_drive(complete)
        if self._moving:
            return
        if not complete:
            self._run_on()
        journal = self._journal
        if journal is None:
            return
        over = self._record_is_over()
        if over is not None:
            raise RecordIsOver(over)
        if not complete and not self.lockstep and journal.ends is None:
            journal.foreign("it ran freely, by the real time")
            if isinstance(self.clock, HeldClock):
                self.clock.held = False

    def _run_on(self) -> None:
        """Called before the lab runs on in one go, from here and perhaps another way than before."""

    def _record_is_over(self) -> str | None:
        """Return why the lab cannot go on from here, or ``None``."""
        return None


def _is_before(journal: Journal, path: Path) -> bool:
    return journal.scheduler.step < path.steps or len(journal.entries) < len(path.entries)


def _place(path: Path) -> tuple[int, int, int]:
    """Return what tells whether anything has happened since."""
    return path.steps, len(path.entries), path.ends is not None
