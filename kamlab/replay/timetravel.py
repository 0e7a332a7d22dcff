"""Going back, and on from there: a lab whose system can be built again is built again and replayed.

Nothing is copied, since a generator cannot be: to stand after slice k the system is built again and
run to slice k by its journal. That is exact by construction, and quick, as ten thousand slices take
a fraction of a second. Older components are stopped first, so files and ports are free.

A lab knows how to build its system from ``Lab(build=function)`` or a ``%%kamlab`` cell. Where it does not,
or where something happened that cannot be repeated, it says so, and the past can still be read in the
trace.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kamlab.core.clock import HeldClock
from kamlab.core.describe import error_in_words, name_of
from kamlab.core.drive import Phase
from kamlab.core.errors import LabIsRunning, StepOutOfRange
from kamlab.core.events import RESUMED
from kamlab.core.microprocess import name_in_task
from kamlab.core.reading import reading

from .branches import Branch, Tree
from .building import Builder, check_builder
from .comparison import Kept, first_difference, kept_of
from .errors import CannotRewind, RunDiffers
from .journal import Journal, Path
from .player import play
from .quiet import uncollected, unheard
from .unrecorded_inputs import guess_of

if TYPE_CHECKING:
    from kamlab.lab import Lab

    from .recording import Recording

HOW = (
    "Build the system in a function, Lab(build=function), or in a %%kamlab cell, and the lab can go back. "
    "lab.snapshot(step) shows what was where in any case."
)


class TimeTravel:
    """The past of a lab: its branches, and going there."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.builder = Builder(lab)
        #: Whether the lab is being reset or taken to another moment now, so that its state is incomplete.
        self.in_between = False
        #: Whether a run is replayed now, including the end of the old components.
        self.replaying = False
        #: Whether the lab runs for the first time, rather than standing in a run that was replayed.
        self.live = True
        #: Whether this lab is the twin of another one, and so writes nothing to files.
        self.is_twin = False
        self.forget()

    def forget(self) -> None:
        """Forget all branches."""
        self._branches: tuple[Branch, ...] = (Branch(0, None, 0, Path()),)
        self._here = 0
        #: The path on which the lab stands, while it is not at its tip.
        self._past: Path | None = None
        #: Where the lab stood after it went back; once it has continued it may be on another branch.
        self._arrived = (0, 0, 0)
        #: What was kept of each branch, by its number.
        self._kept: dict[int, Kept] = {}
        #: Whether the last replay differed, and the branches that began with such replays.
        self._strayed = False
        self._strays: set[int] = set()

    @property
    def journal(self) -> Journal | None:
        """The journal of the run, if it is recorded."""
        journal = self._lab.scheduler.journal
        return journal if isinstance(journal, Journal) else None

    # -- building and beginning again ------------------------------------------------------------------

    def build(self, function: Callable[..., Any]) -> None:
        """Build the system with a function, and remember it."""
        check_builder(function)
        with self.building(function):
            self.builder.is_cell = False
            self.builder.build()

    @contextlib.contextmanager
    def building(self, again: Callable[..., Any]) -> Iterator[None]:
        """Build the system in a ``with`` on this; ``again`` builds it again."""
        with self.builder.first(again):
            self.forget()
            yield

    def reset(self) -> None:
        """Stop everything and begin again at step 0; a lab that knows how to builds its system again."""
        lab = self._lab
        lab.runtime.check_may_drive("reset")
        before, self.in_between = self.in_between, True
        try:
            interrupted = lab.begin_again()
            lab.breakpoint_table.rearm()
            lab.forget_positions()
            lab.written_from = {}
            self._past = None
            self.live = True
            if self.builder.function is not None:
                self.forget()
                self.builder.make_journal(None)
                self.builder.build()
        finally:
            self.in_between = before
        if interrupted is not None:
            raise interrupted

    # -- going back and forth ------------------------------------------------------------------------

    def back(self, n: int = 1) -> None:
        """Go back ``n`` slices. See ``Lab.back``."""
        here = self._lab.step_number
        if type(n) is not int or n < 1:
            raise StepOutOfRange(f"back({n!r}): give a number of slices, 1 or more", 0, here)
        if n > here:
            raise StepOutOfRange(f"back({n}): the lab is at step {here}, so it can go back by {here} at most", 0, here)
        self.goto(here - n)

    def forward(self, n: int = 1) -> None:
        """Go forward ``n`` slices along the recorded branch. See ``Lab.forward``."""
        here = self._lab.step_number
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
        """Go to a step or a time of a branch. See ``Lab.goto``."""
        tree = self.branches
        way = tree[tree.here if branch is None else branch]
        if time is not None:
            step = self._step_at(time, step, way)
        wanted = way.steps if step is None else step
        self._check_step(wanted, way)
        self._check_can_rewind(wanted, way.path)
        self.builder.check_classes()
        self.move(tree, way.number, way.path, wanted)

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
        """Raise what ``goto(step)`` would raise. See ``Lab.check_can_go``."""
        tree = self.branches
        way = tree[tree.here]
        self._check_step(step, way)
        self._check_can_rewind(step, way.path)

    @property
    def branches(self) -> Tree:
        """The branches of this lab's runs. See ``Lab.branches``."""
        with reading(self._lab) as (lab, _):
            journal = self.journal
            if lab is self._lab:
                self._find_branch(journal)
            branches = self._branches
            if self._past is None:
                path = journal.path() if journal is not None else Path(steps=lab.scheduler.step)
                branches = tuple(
                    replace(branch, path=path) if branch.number == self._here else branch for branch in branches
                )
            return Tree(branches, self._here, lab.scheduler.step)

    def _find_branch(self, journal: Journal | None) -> None:
        """Determine the branch, if the lab has continued from where it stood in the past."""
        past = self._past
        if past is None or journal is None or self.replaying or self._lab.scheduler.running is not None:
            return
        path = journal.path()
        if _place(path) == self._arrived:
            return
        self._arrived = _place(path)
        own = kept_of(self._lab.trace)
        ways = sorted(self._branches, key=lambda branch: branch.number != self._here)
        for way in ways:
            along = path.is_beginning_of(way.path) and not path.misses_intervention(way.path)
            if (along or way.path.is_beginning_of(path)) and self._does_as(way, own):
                self._leave(way.number)
                self._past = way.path if _is_before(journal, way.path) else None
                return
        differs = first_difference(self._kept.get(self._here, Kept(0)), own)
        forked_at = past.parting(path) if differs is None else min(past.parting(path), differs.step - 1)
        number = 1 + max(branch.number for branch in self._branches)
        parent: int | None = self._here
        if self._strayed:
            self._strayed = False
            if self._here in self._strays and all(branch.parent != self._here for branch in self._branches):
                left = next(branch for branch in self._branches if branch.number == self._here)
                parent, forked_at = left.parent, min(forked_at, left.forked_at)  # it has nothing of its own: replace it
                self._branches = tuple(branch for branch in self._branches if branch is not left)
                self._kept.pop(left.number, None)
            self._strays.add(number)
        self._branches += (Branch(number, parent, forked_at, path),)
        self._here, self._past = number, None

    def _leave(self, number: int) -> None:
        """Change to another branch; the branch that is left is dropped if it has nothing of its own."""
        left, self._here = self._here, number
        if left == number or any(branch.parent == left for branch in self._branches):
            return
        way = next(branch for branch in self._branches if branch.number == left)
        if any(branch is not way and way.path.is_beginning_of(branch.path) for branch in self._branches):
            self._branches = tuple(branch for branch in self._branches if branch.number != left)
            self._kept.pop(left, None)

    def _does_as(self, way: Branch, own: Kept) -> bool:
        kept = self._kept.get(way.number)
        return kept is None or first_difference(kept, own) is None

    def _kept_on(self, number: int) -> Kept:
        """Return what was kept of a branch."""
        before = self._kept.get(number)
        if number != self._here:
            return before or Kept()
        own = kept_of(self._lab.trace)
        return own if before is None else own.continued(before)

    @contextlib.contextmanager
    def twin(self, step: int | None = None) -> Iterator[Any]:
        """Lend a second lab that stands at a step of this one's run. See ``Lab.twin``."""
        tree = self.branches
        here = tree[tree.here]
        wanted = self._lab.step_number if step is None else step
        self._check_step(wanted, here)
        self._check_can_rewind(wanted, here.path)
        other = self._lab.fresh_twin()
        other.written_from = dict(self._lab.written_from)
        other.set_clock(copy.deepcopy(self._lab.clock))
        travel = other.time_travel
        travel.is_twin = True
        travel.builder.copy_from(self.builder)
        own = Branch(0, None, 0, here.path)
        try:
            travel.move(Tree((own,), 0, 0), 0, here.path, wanted)
            yield other
        finally:
            with unheard(other):
                other.stop()

    def _check_step(self, step: Any, way: Branch) -> None:
        if type(step) is not int or not 0 <= step <= way.steps:
            raise StepOutOfRange(
                f"there is no step {step!r}: branch {way.number} has the steps 0 to {way.steps}, counted in slices "
                "since the beginning. Steps to come are reached with step() or run().",
                0,
                way.steps,
            )

    def _check_can_rewind(self, step: int, path: Path) -> None:
        self._lab.runtime.check_may_drive("goto")
        if self._lab.running or self._lab.scheduler.driver is not None:
            raise LabIsRunning("the lab runs; call lab.pause() first, then go back")
        if self.builder.function is None:
            raise CannotRewind(f"this lab does not know how its system is built, so it cannot be built again. {HOW}")
        if path.ends is not None and step > path.ends_at:
            raise CannotRewind(
                f"what happened after step {path.ends_at} cannot be done again, because {path.ends}; up to that step "
                "the lab can go back. lab.snapshot(step) shows what was where later."
            )

    def move(self, tree: Tree, branch: int, path: Path, step: int) -> None:
        """Build the system again and play a path to a step.

        Args:
            tree: the branches as they are now.
            branch: the number of the one to be on.
            path: what to play.
            step: how far.

        Raises:
            RunDiffers: it did not do what was kept of that branch.
        """
        self._lab.runtime.check_open()
        self._kept[self._here] = self._kept_on(self._here)
        hooks = self._lab.trace.hooks
        moved = False
        self.replaying = True
        self.in_between = True
        try:
            with unheard(self._lab), uncollected(step):
                epoch = getattr(self._lab.clock, "epoch", None)
                left = self._lab.scheduler
                interrupted = self._lab.begin_again()
                self._past, self.live = None, False
                left.log = None  # the old records are freed at once; the components only by the garbage collector
                if isinstance(self._lab.clock, HeldClock) and epoch is not None:
                    self._lab.clock.epoch = epoch
                if branch != self._here:
                    self._lab.forget_positions()
                self._branches, self._here = tree.branches, branch
                self._rebuild_and_play(path, step)
            moved = True
            if interrupted is not None:
                raise interrupted
        finally:
            self.replaying = False
            self.in_between = False
            self._lab.trace.adopt_hooks(hooks)
            journal = self.journal
            if journal is not None:
                self._past = path if _is_before(journal, path) else None
                if path.ends is not None and self._past is None:
                    journal.ends, journal.ends_at = path.ends, path.ends_at
                journal.go_live()
                self._arrived = _place(journal.path())
            self._lab.breakpoint_table.rearm()
            if not moved:
                self._lab.forget_positions()
        self._compare(branch)

    def _compare(self, branch: int) -> None:
        """Raise RunDiffers if the components did not do what they had done on that branch."""
        before, now = self._kept.get(branch), kept_of(self._lab.trace)
        differs = None if before is None else first_difference(before, now)
        if differs is None:
            self._kept[branch] = now if before is None else now.continued(before)
            return
        self._lab.forget_positions()
        self._strayed = True
        if self._past is None:  # so that the present run is another branch, and is kept separately
            self._past = self.branches[branch].path
        self._arrived = (-1, -1, 0)
        component, step = differs.component, differs.step
        raise RunDiffers(
            f"the replay differs from the original run: at step {step} {component} did not do the same.\n"
            f"  then: {differs.then}\n  now:  {differs.now}\n"
            f"{self._guess(component)}\n"
            f"The lab stands at step {self._lab.scheduler.step}, as it was replayed this time.",
            step,
        )

    def _guess(self, name: str) -> str:
        """Return a sentence on what may have made a component do something else."""
        ran = {name_in_task(record[3]): record[3] for record in self._lab.trace.records_from(0) if record[0] is RESUMED}
        cause = guess_of(ran.get(name), self.builder.function)
        return cause or "Nothing in its code shows why; does it call something that uses chance, the date or a file?"

    def _rebuild_and_play(self, path: Path, step: int) -> None:
        lab = self._lab
        journal = self.builder.make_journal(path)
        try:
            self.builder.build()
        except Exception as error:
            raise RunDiffers(
                f"the system cannot be built again: {error_in_words(error)}. Something that it uses must have changed "
                "since the first time; the lab is empty now.",
                0,
            ) from error
        with lab.runtime.driving(Phase.REPLAYING) as interrupt:
            try:
                play(lab, journal, step, interrupt)
            except RunDiffers as error:
                runner = lab.trace.last_runner()
                cause = "" if runner is None else guess_of(runner, self.builder.function)
                if not cause:
                    raise
                who = f"{name_of(runner)} ran last before that"
                raise RunDiffers(f"{error}. {who}. {cause}", error.step) from error.__cause__

    # -- recordings ----------------------------------------------------------------------------------

    @property
    def recording(self) -> Recording:
        """The run up to now. See ``Lab.recording``."""
        with self._lab.lock:
            if self.builder.function is None or self.journal is None:
                raise CannotRewind(
                    f"this lab does not know how its system is built, so its run cannot be replayed. {HOW}"
                )
            path = self.journal.path()
            if path.ends is not None and path.steps > path.ends_at:
                raise CannotRewind(
                    f"this run cannot be replayed after step {path.ends_at}, because {path.ends}. "
                    'Use Lab(clock="virtual"), or Lab(recorded=True) for the real network.'
                )
            from .recording import Recording, prints_of
            from .settings import settings_of

            return Recording(path, settings_of(self._lab), prints_of(self._lab.trace))

    def replay(self, run: Recording | str, to: int | None = None) -> None:
        """Replay a recorded run in this lab. See ``Lab.replay``."""
        from .recording import Recording, prints_of
        from .settings import apply_settings

        recording = run if isinstance(run, Recording) else Recording.parse(run)
        step = recording.steps if to is None else to
        if type(step) is not int or not 0 <= step <= recording.steps:
            raise StepOutOfRange(
                f"replay(to={to!r}): the recorded run has the steps 0 to {recording.steps}", 0, recording.steps
            )
        self._check_can_rewind(0, recording.path)
        apply_settings(self._lab, recording.doors)
        before = tuple(branch for branch in self.branches if branch.steps or branch.path.entries)
        number = 1 + max((branch.number for branch in before), default=-1)
        self._branches = (*before, Branch(number, None, 0, recording.path))
        self._past, self._here = recording.path, number
        stopped: RunDiffers | None = None
        try:
            self.move(self.branches, number, recording.path, step)
        except RunDiffers as error:
            stopped = error
        differs = recording.checks.difference(prints_of(self._lab.trace))
        if differs is not None:
            first, last = differs
            where = f"at step {first}" if first == last else f"between the steps {first} and {last}"
            further = f" ({stopped})" if stopped is not None else ""
            self.move(self.branches, number, recording.path, first - 1)
            raise RunDiffers(
                f"the recorded run does not fit this system any more: {where} something else happened than when it "
                f"was recorded{further}. The lab stands at step {first - 1}, before that; has the code changed?",
                first,
            ) from stopped
        if stopped is not None:
            raise stopped


def _is_before(journal: Journal, path: Path) -> bool:
    return journal.scheduler.step < path.steps or len(journal.entries) < len(path.entries)


def _place(path: Path) -> tuple[int, int, int]:
    """Return a value that changes whenever something has happened."""
    return path.steps, len(path.entries), path.ends is not None
