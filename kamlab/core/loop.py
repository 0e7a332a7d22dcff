"""The loop that drives a world.

It is a loop over :meth:`Scheduler.advance`, which runs slices and never waits. It adds what that
leaves out: waiting while nothing can run, looking at a condition or a limit, giving way to other
threads, and letting an interrupt or a breakpoint stop things between two slices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from .clock import VirtualClock
from .driver import Drivable
from .errors import BadPace, KamlabError
from .interrupt import Interruptible
from .microprocess import Microprocess
from .outcome import Outcome
from .patched_time import real_monotonic, real_sleep
from .scheduler import Scheduler
from .states import ASLEEP, ENDED

#: How many slices run between two looks at the time.
BATCH = 1000

#: Where the components stand is noted after each slice of a step of so many; of a longer one at its end.
NOTED = 100

#: How often, in seconds, slow motion looks whether somebody wants the lab to stop, or at another pace.
BLINK = 0.02

#: A predicate on the world, a component that shall end, or a time of the world's clock.
Until = Callable[[Any], Any] | Microprocess | float | None


class Looping(Drivable):
    """What has slices run in it until there is a reason to stop."""

    _pace: float | None = None

    @property
    def pace(self) -> float | None:
        """How many slices a run has in a second of real time: slow motion, for eyes. ``None`` is full speed.

        It may be changed while the lab runs. Steps are not held up.

        Raises:
            BadPace: set to anything but ``None`` or a number above 0.
        """
        return self._pace

    @pace.setter
    def pace(self, pace: float | None) -> None:
        if pace is not None and not (type(pace) in (int, float) and 0 < pace < math.inf):
            raise BadPace(f"pace = {pace!r}: give a number of slices per second above 0, or None for full speed")
        self._pace = pace
        if self.scheduler.driver is not None:
            self.scheduler.attention = True  # a run at full speed sees it at once

    @property
    def virtual(self) -> bool:
        """Whether the clock of this lab is moved rather than awaited."""
        return isinstance(self.scheduler.clock, VirtualClock)

    def _drive(
        self,
        interrupt: Interruptible,
        *,
        limit: int | None = None,
        until: Until = None,
        timeout: float | None = None,
        advance: Callable[[Scheduler], int] | None = None,
        stepping: bool = False,
        background: bool = False,
        forever: bool = False,
    ) -> Outcome:
        """Run slices until a reason to stop; the caller holds the lock."""
        scheduler = self.scheduler
        condition = _condition(until)
        first_step = scheduler.step
        failed_before = self.failed_count
        began = scheduler.clock.now()
        deadline, patience = self._until_when(timeout, stepping)
        moment = _time_in(until)
        if moment is not None:
            deadline = moment if deadline is None else min(deadline, moment)
        left = limit
        seen = self.trace.mark()
        noting = stepping and (limit is None or limit <= NOTED)
        timed = not stepping or limit is None  # n slices may take the time they take
        scheduler.deadline = deadline if deadline is not None and timed else math.inf
        while True:
            if self._closed:
                reason = "stopped"
                break
            brake = self.brake
            if brake is not None and brake.has_hit:
                reason = "breakpoint"
                break
            if condition is not None and condition(self):
                reason = "steps" if stepping else "condition"
                break
            if left is not None and left <= 0:
                reason = "steps" if stepping else "max_steps"
                break
            if scheduler.attention:
                scheduler.attention = False
                if self._pause_requested:
                    self._pause_requested = False
                    reason = "stopped" if self._stop_requested else "paused"
                    break
                if interrupt.interrupted:
                    reason = "interrupted"
                    break
                self.lock.give_way()
            if scheduler.clock.now() >= scheduler.deadline or (timed and _is_over(patience)):
                reason = "condition" if moment is not None and deadline == moment else "timeout"
                break
            if advance is not None:
                ran = min(1, advance(scheduler))
            else:
                batch = 1 if condition is not None or self._pace is not None or noting else BATCH
                ran = (brake or scheduler).advance(batch if left is None else min(batch, left))
            if ran and noting:
                if advance is None:
                    self._note_stands(self.trace.last_slice())
                else:
                    self._note_stands(self.trace.ran_since(seen))
                    seen = self.trace.mark()
            if left is not None:
                left -= ran
            if scheduler.fatal is not None:
                reason = "failed"
                break
            if ran and self._pace is not None and not stepping:
                self._linger()
            if ran or scheduler.attention:
                if ran and not timed:  # patience is for a time in which nothing can run
                    deadline, patience = self._until_when(timeout, stepping)
                continue
            if not scheduler.members and not forever and not self._comes_something():
                reason = "finished"
                break
            if not background and not scheduler.can_be_woken():
                reason = "stuck"
                break
            if (deadline is not None and scheduler.clock.now() >= deadline) or _is_over(patience):
                reason = "idle" if stepping else "condition" if deadline == moment else "timeout"
                break
            self._wait(deadline, patience)
        if stepping and not noting:
            last = dict(self.trace.ran_since(seen))
            self._note_stands(sorted(last.items(), key=lambda pair: pair[1]))
        outcome = Outcome(
            reason,
            scheduler.step - first_step,
            scheduler.clock.now() - began,
            tuple(self.failures[-(self.failed_count - failed_before) :] if self.failed_count > failed_before else ()),
            self._sleepers() if reason in ("stuck", "idle") else (),
        )
        return self._ended(outcome)

    def _note_stands(self, ran: Iterable[tuple[Microprocess, int]]) -> None:
        """Called after slices that were stepped, with who had them and their numbers."""

    def _linger(self) -> None:
        """Let the time pass that a slice takes in slow motion; the lock is free meanwhile."""
        began = real_monotonic()
        self.lock.release()
        try:
            while self._pace is not None and not (self.must_stop() or self._closed):
                left = began + 1 / self._pace - real_monotonic()
                if left <= 0:
                    break
                real_sleep(min(left, BLINK))
        finally:
            self.lock.acquire()

    def _until_when(self, timeout: float | None, stepping: bool) -> tuple[float | None, float | None]:
        """Return until when to wait: a time of the lab's clock, and one of the real clock; ``None`` is for ever.

        In steps under a virtual clock only what comes from outside is waited for, in real time.
        """
        if timeout is None:
            return None, None
        if stepping and self.virtual:
            return None, real_monotonic() + timeout
        return self.scheduler.clock.now() + timeout, None

    def _come_to_rest(self, outcome: Outcome) -> Outcome:
        """End a round in which nobody has a turn left: whoever looks now shall see who sleeps and who is woken."""
        if self.scheduler.turn_waits():
            return outcome
        self.scheduler.end_round()
        return self._ended(outcome)

    def _ended(self, outcome: Outcome) -> Outcome:
        """Name the breakpoints that were hit, and raise what has to be raised now that the world stands."""
        if self.brake is not None:
            outcome = self.brake.release(outcome)
        self.outcome: Outcome | None = outcome
        if self.scheduler.fatal is not None:
            fatal, self.scheduler.fatal = self.scheduler.fatal, None
            raise fatal
        return outcome

    def _sleepers(self) -> tuple[str, ...]:
        return tuple(each.short_name for each in list(self.scheduler.members.values()) if each._life is ASLEEP)

    def _comes_something(self) -> bool:
        """Return whether something is under way in a lab without components: a call, or simulated bytes."""
        return bool(self.scheduler.posted) or (self.virtual and self.scheduler.next_timer() is not None)

    def _wait(self, deadline: float | None, patience: float | None) -> None:
        """Block until a timer is due or something comes from outside; the lock is free meanwhile.

        ``deadline`` is a time of the lab's clock, ``patience`` one of the real clock.
        """
        scheduler = self.scheduler
        if scheduler.posted or scheduler.wakes:  # asked for since the last round, perhaps by this very thread
            return
        if self.virtual and scheduler.idle.sources():  # what is there now comes before what comes later
            scheduler.idle.dispatch()
            if scheduler.posted or scheduler.wakes:
                return
        timer = scheduler.next_timer()
        times = [when for when in (timer, deadline) if when is not None]
        self.lock.release()
        try:
            if times or patience is None:
                scheduler.clock.wait(scheduler.idle, min(times) if times else None)
            else:
                scheduler.idle.wait(max(0.0, patience - real_monotonic()))
        finally:
            self.lock.acquire()
        if self.virtual:
            scheduler.note_jump()
        if (
            scheduler.journal is not None
            and self.virtual
            and times
            and (timer is None or deadline == min(times) != timer)
        ):
            scheduler.journal.outside("time", deadline)
        scheduler.idle.dispatch()


def _is_over(moment: float | None) -> bool:
    """Return whether a moment of the real clock has passed."""
    return moment is not None and real_monotonic() >= moment


def _time_in(until: Until) -> float | None:
    """Return the time of the world's clock that is meant, if one is."""
    if isinstance(until, (int, float)) and type(until) is not bool and math.isfinite(until):
        return float(until)
    return None


def _condition(until: Until) -> Callable[[Any], Any] | None:
    endless = isinstance(until, float) and until == math.inf
    if until is None or endless or _time_in(until) is not None:
        return None
    if isinstance(until, Microprocess):
        return lambda _: until._life in ENDED
    if callable(until):
        return until
    raise KamlabError(
        f"run(until={until!r}): give a predicate on the lab, a component that shall end, or a time of its clock"
    )
