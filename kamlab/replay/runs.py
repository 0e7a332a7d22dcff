"""Runs as values: a lab gives its run away, and plays one that somebody else had.

A run is played in the doors that it was recorded in: its clock, its seeds, the conditions of its
network. Its fingerprints are compared afterwards, so a run that does not fit any more is not taken
for the one that was recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from kamlab.core.choice import SeededRandom
from kamlab.core.clock import EPOCH, HeldClock, VirtualClock
from kamlab.core.errors import StepOutOfRange

from .errors import BadRecording, CannotRewind, RunDiffers
from .rewinding import HOW, Rewinding
from .tree import Branch

if TYPE_CHECKING:
    from .checks import Checks
    from .recording import Recording


class Runs(Rewinding):
    """What a lab can do with runs."""

    @property
    def recording(self) -> Recording:
        """The run up to now, as a value: ``str()`` of it is a line to paste, ``save`` writes a file.

        Raises:
            CannotRewind: the lab cannot be built again, so nobody could replay it.
        """
        with self.lock:
            if self._builder is None or self._journal is None:
                raise CannotRewind(f"this lab does not know how its system is built, so nobody could replay it. {HOW}")
            path = self._journal.path()
            if path.ends is not None and path.steps > path.ends_at:
                raise CannotRewind(
                    f"this run cannot be replayed after step {path.ends_at}, because {path.ends}. "
                    'Use Lab(clock="virtual"), or Lab(recorded=True) for the real network.'
                )
            from .recording import Recording

            return Recording(path, self._doors(), _prints(self.trace))

    @classmethod
    def replayed(cls, run: Recording | str, build: Callable[..., Any], to: int | None = None, **how: Any) -> Self:
        """Return a lab that stands at the end of a recorded run, or at its step ``to``.

        Unlike ``Lab(build=build).replay(run)`` it never runs for itself: where the run was recorded on the
        real network no port is opened. ``how`` are other arguments of the lab. Errors as for ``replay``.
        """
        from .recording import Recording

        recording = run if isinstance(run, Recording) else Recording.parse(run)
        lab = cls(**how)
        lab._builder = build
        lab._forget_branches()
        try:
            lab.replay(recording, to)
        except BaseException as error:
            if not isinstance(error, RunDiffers):
                lab.stop()
            raise
        return lab

    def replay(self, run: Recording | str, to: int | None = None) -> None:
        """Play a recorded run in this lab, to its end or to step ``to``; the lab then goes on from there.

        Args:
            run: a recording, or the line that it was written as.
            to: how many slices of it.

        Raises:
            BadRecording: the line is garbled, or no recorded run.
            StepOutOfRange: the run has no such step.
            RunDiffers: it does not fit the system any more; the lab stands where they part.
            CannotRewind: this lab does not know how its system is built.
        """
        from .recording import Recording

        recording = run if isinstance(run, Recording) else Recording.parse(run)
        step = recording.steps if to is None else to
        if type(step) is not int or not 0 <= step <= recording.steps:
            raise StepOutOfRange(
                f"replay(to={to!r}): the recorded run has the steps 0 to {recording.steps}", 0, recording.steps
            )
        self._check_can_rewind(0, recording.path)
        self._set_doors(recording.doors)
        before = tuple(each for each in self.branches if each.steps or each.path.entries)
        number = 1 + max((each.number for each in before), default=-1)
        self._branches = (*before, Branch(number, None, 0, recording.path))
        self._past, self._here = recording.path, number
        stopped: RunDiffers | None = None
        try:
            self._move(number, recording.path, step)
        except RunDiffers as error:
            stopped = error
        differs = recording.checks.difference(_prints(self.trace))
        if differs is not None:
            first, last = differs
            where = f"at step {first}" if first == last else f"between the steps {first} and {last}"
            further = f" ({stopped})" if stopped is not None else ""
            self._move(number, recording.path, first - 1)
            raise RunDiffers(
                f"the recorded run does not fit this system any more: {where} something else happened than when it "
                f"was recorded{further}. The lab stands at step {first - 1}, before that; has the code changed?",
                first,
            ) from stopped
        if stopped is not None:
            raise stopped

    def _doors(self) -> dict[str, Any]:
        """Return which doors the lab has, as plain values; what is ordinary is left out."""
        doors: dict[str, Any] = {}
        clock = self.clock
        if isinstance(clock, VirtualClock) and (clock.start, clock.epoch) != (0.0, EPOCH):
            doors["virtual"] = [clock.start, clock.epoch]
        elif isinstance(clock, HeldClock):
            doors["held"] = clock.epoch
        if isinstance(self.chooser, SeededRandom):
            doors["seed"] = self.chooser.seed
        elif self.chooser is not None:
            doors["chooser"] = type(self.chooser).__name__
        return doors

    def _set_network(self, doors: dict[str, Any]) -> None:
        """Give the lab the network of a recorded run."""

    def _set_doors(self, doors: dict[str, Any]) -> None:
        """Give the lab the doors of a recorded run."""
        own = doors.get("chooser")
        if own is not None and self.chooser is None:
            raise BadRecording(
                f"this run was recorded with a chooser of its own, {own}; give the lab one: Lab(chooser=...)"
            )
        if "held" in doors:
            self.clock = HeldClock()
            self.clock.epoch = doors["held"]
        else:
            self.clock: HeldClock | VirtualClock = VirtualClock(*doors.get("virtual", ()))
        self._set_network(doors)
        self.lockstep: bool = "held" not in doors or bool(doors.get("recorded"))
        if own is None:
            self.chooser: SeededRandom | None = SeededRandom(doors["seed"]) if "seed" in doors else None


def _prints(trace: Any) -> Checks:
    """Return the fingerprints of the slices that are wholly in a trace."""
    from .checks import Checks, fingerprints

    first = trace.first_step
    return Checks(1, 0, ()) if first is None else fingerprints(trace.records_from(trace.known_from), first)
