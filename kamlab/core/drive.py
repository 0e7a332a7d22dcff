"""A drive: one loop over slices, from a call of ``step``, ``run`` or ``start`` to the reason why it stops.

:meth:`Scheduler.advance` runs slices and never waits. A :class:`Drive` adds what it leaves out: waiting while nothing
can run, checking a condition or a limit, giving way to other threads, and stopping between two slices for an interrupt,
a pause or a breakpoint. Stepping, running and the background thread are the same loop with other values of
:class:`Stop`. Who may drive is decided by :class:`~.runtime.Runtime`.
"""

from __future__ import annotations

import enum
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import KamlabError, LabIsClosed
from .interrupt import Interrupt
from .lab_time import real_monotonic, real_sleep, thread_time
from .linked import forgotten
from .microprocess import Microprocess
from .outcome import Outcome
from .polling import spinners
from .scheduler import Scheduler
from .states import ASLEEP, ENDED
from .task import task_of

if TYPE_CHECKING:
    from .runtime import Runtime

#: How many slices run between two checks of the time.
BATCH = 1000

#: Steps of at most this many slices note the component's position after each slice, longer ones at the end.
NOTED = 100

#: How often, in seconds, slow motion checks for a request to stop or another pace.
BLINK = 0.02

#: The least processor time, in seconds, that a run with a time limit has before it is checked for mere polling.
SPINNING = 2.0

#: The reasons for the end of a run that may have merely polled or yielded.
SPINNING_REASONS = ("timeout", "max_steps", "interrupted", "paused")

#: How many rounds decide whether a run merely polls.
SAMPLE = 100

#: Called after each batch where threads go on only while this one waits: Python in a browser. ``None`` elsewhere.
breathe: Callable[[Any], Any] | None = None

#: A predicate on the lab, a component that must end, or a time of the lab's clock.
Until = Callable[[Any], Any] | Microprocess | float | None


class Phase(enum.Enum):
    """What a lab is doing. No slice runs while it stands still, builds its system or is stopped."""

    STANDING = "standing"
    STEPPING = "stepping"
    RUNNING = "running freely"
    BUILDING = "building its system"
    REPLAYING = "replaying"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Stop:
    """When a drive ends by itself.

    ``limit`` counts slices (or calls of ``advance``); ``condition`` is called after each slice; ``moment`` is a time of
    the lab's clock. ``timeout`` is in seconds: for a step it counts only while nothing can run.
    """

    limit: int | None = None
    condition: Callable[[Any], Any] | None = None
    moment: float | None = None
    timeout: float | None = None

    @classmethod
    def of(cls, until: Until, timeout: float | None = None, limit: int | None = None) -> Stop:
        """Return the value for the arguments of ``run``.

        Raises:
            KamlabError: ``until`` is none of these, or a limit is not a number.
        """
        for name, value, what in (("timeout", timeout, "seconds"), ("max_steps", limit, "slices")):
            if value is not None and (type(value) is bool or not isinstance(value, (int, float))):
                raise KamlabError(f"run({name}={value!r}): give a number of {what}, or None for no limit")
        if until is None or (isinstance(until, float) and until == math.inf):
            return cls(limit, None, None, timeout)
        if isinstance(until, (int, float)) and type(until) is not bool and math.isfinite(until):
            return cls(limit, None, float(until), timeout)
        if isinstance(until, Microprocess):
            return cls(limit, lambda _: task_of(until).life in ENDED, None, timeout)
        if callable(until):
            return cls(limit, until, None, timeout)
        raise KamlabError(
            f"run(until={until!r}): give a predicate on the lab, a component that must end, or a time of its clock"
        )


class Drive:
    """One drive: a loop over slices until there is a reason to stop. The caller holds the lock.

    Args:
        runtime: the runtime to drive.
        interrupt: knows whether the user interrupted.
        stop: when to stop.
        stepping: whether this is a step rather than a free run.
        patience: for a step: how many seconds it waits while nothing can run.
        advance: runs more than one slice, and returns 1 when that is done.
        background: whether the background thread drives, which may wait for ever.
        forever: whether to continue when everything has ended.
    """

    #: How much processor time a run under a virtual clock has, and from when it counts.
    allowed: float | None = None
    counted_from: float = 0.0

    def __init__(
        self,
        runtime: Runtime,
        interrupt: Interrupt,
        stop: Stop,
        *,
        stepping: bool = False,
        patience: float | None = None,
        advance: Callable[[Scheduler], int] | None = None,
        background: bool = False,
        forever: bool = False,
    ) -> None:
        self.runtime = runtime
        self.scheduler = runtime.scheduler
        self.interrupt = interrupt
        self.stop = stop
        self.stepping = stepping
        self.patience = patience
        self.advance = advance
        self.background = background
        self.forever = forever
        self.left = stop.limit
        #: Whether the position of each component is noted after each slice, rather than at the end.
        self.noting = stepping and (stop.limit is None or stop.limit <= NOTED)
        #: Whether the timeout counts from the beginning; of n slices it counts only while nothing can run.
        self.timed = not stepping or stop.limit is None
        self.deadline: float | None = None  # a time of the lab's clock
        self.real_deadline: float | None = None  # a time of the machine's

    def run(self) -> Outcome:
        """Run slices until a reason to stop, and return it with the results."""
        runtime, scheduler = self.runtime, self.scheduler
        self.interrupt.drive = sys._getframe()
        first_step, failed_before, began = scheduler.step, runtime.failures.count, scheduler.time()
        if self.timed:
            self._set_deadline(began)
        scheduler.deadline = self.deadline if self.deadline is not None else math.inf
        seen = 0 if self.noting or not self.stepping else runtime.trace.mark()
        reason = self._reason()
        while reason is None:
            ran = self._advance()
            if scheduler.fatal is not None:
                reason = "failed"
            elif not (ran or scheduler.attention):
                reason = self._reason_when_idle() or self._reason()
            else:
                if not self.stepping and ran and runtime.pace is not None:
                    self._slow_down(runtime.pace)
                if breathe is not None:
                    breathe(runtime)
                reason = self._reason()
        if scheduler.given_up:
            raise LabIsClosed("the lab was stopped meanwhile, by another thread, which went on without this slice")
        if self.stepping and not self.noting and runtime.on_stepped is not None:
            for component, step in sorted(dict(runtime.trace.ran_since(seen)).items(), key=lambda pair: pair[1]):
                runtime.on_stepped(component, step)
        outcome = Outcome(
            reason,
            scheduler.step - first_step,
            scheduler.time() - began,
            runtime.failures.since(failed_before) if runtime.failures.count > failed_before else (),
            self._waiting() if reason in ("stuck", "idle") else (),
            spinning=self._spinning(reason) if reason in SPINNING_REASONS else (),
            nothing=runtime.why_nothing() if reason == "finished" and scheduler.step == first_step else "",
            held=self._held() if reason == "held" else (),
            forgotten=forgotten(scheduler) if reason in ("stuck", "finished") else (),
            named=runtime.name_end(runtime.world) if reason == "stuck" and runtime.name_end is not None else "",
        )
        return self._finish(outcome)

    def _reason(self) -> str | None:
        """Return why to stop between two slices, or ``None``."""
        runtime, scheduler, stop = self.runtime, self.scheduler, self.stop
        if runtime.phase is Phase.STOPPED:
            return "stopped"
        if runtime.brake is not None and runtime.brake.has_hit:
            return "breakpoint"
        if stop.condition is not None and stop.condition(runtime.world):
            return "steps" if self.stepping else "condition"
        if self.left is not None and self.left <= 0:
            return "steps" if self.stepping else "max_steps"
        if scheduler.attention:
            scheduler.attention = False
            if scheduler.given_up:
                return "stopped"
            if runtime.pause_requested():
                return "stopped" if runtime.stop_requested else "paused"
            if self.interrupt.interrupted:
                return "interrupted"
            runtime.lock.give_way()
        if self.timed and self._is_late():
            return "condition" if self.deadline == stop.moment is not None else "timeout"
        if self.allowed is not None and self._merely_spins():
            return "timeout"
        return None

    def _advance(self) -> int:
        """Run a slice, or a batch of them if nothing is checked in between; return how many ran."""
        runtime, scheduler = self.runtime, self.scheduler
        if self.advance is not None:
            seen = runtime.trace.mark()
            ran = min(1, self.advance(scheduler))
            slices = runtime.trace.ran_since(seen) if self.noting else ()
        else:
            one_by_one = self.noting or self.stop.condition is not None or runtime.pace is not None
            batch = 1 if one_by_one else BATCH if self.left is None else min(BATCH, self.left)
            ran = (runtime.brake or scheduler).advance(batch)
            slices = runtime.trace.last_slice() if ran and self.noting else ()
        if runtime.on_stepped is not None:
            for component, step in slices:
                runtime.on_stepped(component, step)
        if self.left is not None:
            self.left -= ran
        if ran and not self.timed:
            self.deadline = self.real_deadline = None
        return ran

    def _reason_when_idle(self) -> str | None:
        """Return why to stop now that nothing can run; otherwise wait, and return ``None``."""
        runtime, scheduler = self.runtime, self.scheduler
        forever = self.forever or (self.background and runtime.kept_running)
        if not scheduler.members and not forever and not self._something_is_coming():
            return "finished"
        if not self.background and not scheduler.can_be_woken():
            return "held" if scheduler.holding is not None and scheduler.holding.could_run else "stuck"
        if not self.timed and self.deadline is None and self.real_deadline is None:
            self._set_deadline(scheduler.time())
        if self._is_late():
            return "idle" if self.stepping else "condition" if self.deadline == self.stop.moment else "timeout"
        runtime.wait(self.deadline, self.real_deadline)
        return None

    def _set_deadline(self, now: float) -> None:
        """Set the time until which to wait. A step under a virtual clock waits only for the outside, in real time."""
        timeout = self.patience if self.stepping else self.stop.timeout
        if timeout is not None and self.stepping and self.runtime.virtual:
            self.real_deadline = real_monotonic() + timeout
        elif timeout is not None:
            self.deadline = now + timeout
        moment = self.stop.moment
        if moment is not None:
            self.deadline = moment if self.deadline is None else min(self.deadline, moment)
        if self.deadline is not None and not self.stepping and self.runtime.virtual:
            self.allowed, self.counted_from = max(SPINNING, self.deadline - now), thread_time()

    def _merely_spins(self) -> bool:
        """Return whether the run has used its time limit as processor time, and its rounds merely poll or yield.

        Virtual time then does not get to the limit in a reasonable time, or at all. A run that works is not ended,
        however long it takes: once the limit is used up, a sample of rounds decides.
        """
        scheduler = self.scheduler
        if self.allowed is None or thread_time() - self.counted_from < self.allowed:
            return False
        polling = scheduler.watch_polling()
        if not polling.watched:
            polling.watched, polling.rounds, polling.spun = True, 0, 0
        elif polling.rounds >= SAMPLE:
            if polling.spun == polling.rounds:
                return True
            polling.watched, self.counted_from = False, thread_time()
        return False

    def _spinning(self, reason: str) -> tuple[str, ...]:
        """Return a sentence on each component that keeps the run from coming to its end."""
        polling = self.scheduler.polling
        found = polling.pollers() if polling is not None else []
        if not found and polling is not None and polling.watched:
            found = polling.spinners()
        if not found and reason != "max_steps":  # often the limit is the number of slices that was wanted
            found = spinners(self.runtime.trace.merely_ran(SAMPLE))
        return tuple(found)

    def _is_late(self) -> bool:
        if self.deadline is not None and self.scheduler.time() >= self.deadline:
            return True
        return self.real_deadline is not None and real_monotonic() >= self.real_deadline

    def _something_is_coming(self) -> bool:
        """Return whether something is pending in a lab without components: a call, or simulated bytes."""
        scheduler = self.scheduler
        return bool(scheduler.posted) or (self.runtime.virtual and scheduler.next_timer() is not None)

    def _waiting(self) -> tuple[str, ...]:
        members = list(self.scheduler.members.values())
        return tuple(component.short_name for component in members if task_of(component).life is ASLEEP)

    def _held(self) -> tuple[str, ...]:
        holding = self.scheduler.holding
        return tuple(component.short_name for component in holding.held.values()) if holding is not None else ()

    def _slow_down(self, pace: float) -> None:
        """Wait as long as a slice takes in slow motion; the lock is free meanwhile."""
        runtime = self.runtime
        began = real_monotonic()
        runtime.watch.waits += 1
        runtime.lock.release()
        try:
            while runtime.pace is not None and not runtime.must_stop and runtime.phase is not Phase.STOPPED:
                left = began + 1 / runtime.pace - real_monotonic()
                if left <= 0:
                    break
                real_sleep(min(left, BLINK))
        finally:
            runtime.lock.acquire()
            runtime.watch.waits += 1

    def _finish(self, outcome: Outcome) -> Outcome:
        """Apply pending wake-ups so that observers see up-to-date states; raise the error that stopped the drive.

        The end of the round may hit a breakpoint as well, so breakpoints are released before and after it.
        """
        runtime, scheduler = self.runtime, self.scheduler
        runtime.outcome = outcome
        if runtime.brake is not None or scheduler.fatal is not None:
            outcome = self._release(outcome)
        if not scheduler.turn_waits():
            scheduler.end_round()
            if runtime.brake is not None or scheduler.fatal is not None:
                outcome = self._release(outcome)
        return outcome

    def _release(self, outcome: Outcome) -> Outcome:
        """Name the breakpoints that were hit; raise the error that stopped the drive."""
        runtime, scheduler = self.runtime, self.scheduler
        if runtime.brake is not None:
            outcome = runtime.brake.release(outcome)
        runtime.outcome = outcome
        if scheduler.fatal is not None:
            fatal, scheduler.fatal = scheduler.fatal, None
            raise fatal
        return outcome
