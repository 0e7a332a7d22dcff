"""The loops that drive a world, and the thread that may do so in the background.

Everything here is a loop over :meth:`Scheduler.advance`, which runs slices and never waits. The
loops add what that leaves out: waiting while nothing can run, looking at a condition or a limit,
giving way to other threads, and letting an interrupt stop things between two slices.

There is one driver at a time: the thread that called ``step`` or ``run``, or the one background
thread that ``start`` made. Never an event loop: a cell that blocks on a socket would then block the
very server it talks to.
"""

from __future__ import annotations

import math
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from . import worlds
from .clock import VirtualClock
from .driving import MOMENT, WorldLock
from .errors import KamlabError, LabIsClosed, LabIsRunning
from .events import SENT
from .interrupt import Interruptible
from .microprocess import Microprocess
from .outcome import Brake, Happened, Outcome
from .patched_time import real_monotonic, real_sleep
from .scheduler import SLICES_PER_POLL, Scheduler
from .states import ASLEEP, ENDED
from .trace import Trace

#: How many slices run between two looks at the time.
BATCH = 1000

#: How often, in seconds, a thread that waits for the lock looks whether it was interrupted.
LOOK = 0.1

Until = Callable[[Any], Any] | Microprocess | None


class Driven:
    """What can be stepped, run, started and paused; :class:`~kamlab.core.world.World` is the whole."""

    #: Whether threads and the network take turns with the components in a free run as well as in steps.
    lockstep: bool = False
    scheduler: Scheduler
    lock: WorldLock
    trace: Trace
    patience: float
    failures: list[Microprocess]
    failed_count: int
    outcome: Outcome | None
    background_error: BaseException | None
    #: Runs slices in the scheduler's stead where there are breakpoints; ``None`` while there are none.
    brake: Brake | None = None
    _thread: threading.Thread | None
    _interrupt: Interruptible | None = None
    _pause_requested: bool
    _stop_requested: bool
    _gate_open: bool
    _closed: bool

    def _stand_still(self) -> None:
        """Begin as something that nobody drives."""
        self.outcome = None
        self.background_error = None
        self._thread = None
        self._pause_requested = False
        self._stop_requested = False
        self._gate_open = False
        self._closed = False

    def _before_drive(self, complete: bool) -> None:
        """Called before this is driven, in steps (``complete``) or freely; it may refuse."""

    def _rearm_breakpoints(self) -> None:
        """Called when the lab has a trace of its own again."""

    def report(self, text: str) -> None:
        """Tell the user something that must not be lost."""
        raise NotImplementedError

    # -- stepping -----------------------------------------------------------------------------------

    def step(self, n: int = 1, timeout: float | None = None) -> Happened:
        """Run ``n`` slices on this thread and return what happened.

        When nothing can run it waits up to ``timeout`` seconds (``patience`` unless told) for a
        timer, a thread or the network. Under a virtual clock timers are jumped to, and what is
        waited for in real time is only what comes from outside.
        """
        if n < 0:
            raise ValueError(f"step({n}): give the number of slices, 0 or more")
        return self._step(timeout, limit=n)

    def step_round(self, timeout: float | None = None) -> Happened:
        """Give every runnable component one slice, and return what happened."""

        turns = 0

        def one_round(scheduler: Scheduler) -> int:
            """Return 1 once the round is over, 0 if nothing can run or somebody wants attention first."""
            nonlocal turns
            if not turns:
                if not scheduler.look_ahead():
                    return 0
                turns = len(scheduler.queue)
            while turns and scheduler.turn_waits():
                if scheduler.attention or scheduler.fatal is not None:
                    return 0
                turns -= (self.brake or scheduler).advance(1)
            turns = 0
            return 1

        return self._step(timeout, limit=1, advance=one_round)

    def step_message(self, timeout: float | None = None) -> Happened:
        """Run slices until one has delivered a message, and return what happened.

        ``timeout`` is how many seconds it may take: ten times ``patience`` unless told.
        """
        if timeout is None:
            timeout = 10 * self.patience
        seen = self.trace.mark()

        def delivered() -> bool:
            nonlocal seen
            fresh, seen = self.trace.has_since(SENT, seen), self.trace.mark()
            return fresh

        return self._step(timeout, until=lambda _: delivered())

    def _step(self, timeout: float | None, **how: Any) -> Happened:
        with self._driving(complete=True) as interrupt:
            mark, step, now = self.trace.mark(), self.scheduler.step, self.scheduler.now
            patience = self.patience if timeout is None else timeout
            outcome = self._drive(interrupt, timeout=patience, stepping=True, **how)
            outcome = self._come_to_rest(outcome)
            return Happened(outcome, tuple(self.trace.since(mark, step, now)))

    def _come_to_rest(self, outcome: Outcome) -> Outcome:
        """End a round in which nobody has a turn left: whoever looks now shall see who sleeps and who is woken."""
        if self.scheduler.turn_waits():
            return outcome
        self.scheduler.end_round()
        return self._ended(outcome)

    # -- running ------------------------------------------------------------------------------------

    def run(self, until: Until = None, timeout: float | None = None, max_steps: int | None = None) -> Outcome:
        """Run on this thread until everything has ended, or ``until``, or a limit.

        Args:
            until: a predicate on the lab, asked after every slice, or a component that shall end.
            timeout: seconds.
            max_steps: slices.

        Raises:
            KeyboardInterrupt: the run was interrupted; it stands between two slices and can go on.
            LabIsRunning: it runs in the background already, or a component's own slice asks.
        """
        self._pause_requested = False
        with self._driving(complete=False) as interrupt:
            outcome = self._drive(interrupt, until=until, timeout=timeout, limit=max_steps)
            return self._come_to_rest(outcome)

    def start(
        self,
        until: Until = None,
        timeout: float | None = None,
        max_steps: int | None = None,
        forever: bool = False,
    ) -> None:
        """Run in the background until ``pause``, or as ``run`` would; ``outcome`` tells afterwards why it ended.

        ``forever`` keeps the thread when everything has ended, for components yet to come. A lab that
        runs already goes on as it is.
        """
        self._check_open()
        if self.running:
            return
        self._check_not_inside("start")
        self._check_not_driven()
        self._pause_requested = False
        self.background_error = None
        how = {"until": until, "timeout": timeout, "limit": max_steps, "forever": forever}
        thread = threading.Thread(target=self._background, args=(how,), name="kamlab lab", daemon=True)
        self._thread = thread
        thread.start()

    def _background(self, how: dict[str, Any]) -> None:
        me = threading.current_thread()
        try:
            with self._driving(complete=False, thread=me) as interrupt:
                self._come_to_rest(self._drive(interrupt, background=True, **how))
        except BaseException as error:
            self.background_error = error
            self.report(f"the background run ended with {type(error).__name__}: {error}\n{traceback.format_exc()}")
        finally:
            if self._thread is me:
                self._thread = None

    def pause(self, timeout: float = 5.0) -> bool:
        """Stop whoever drives, between two slices; return whether the world stands still.

        Called from within a slice it returns at once, and the world stops after that slice. Whoever
        holds the lock need not wait either: no slice runs before it is released, and none after.
        It takes as long as the slice that runs just now, but no more than ``timeout`` seconds.
        """
        thread = self._thread
        self._pause_requested = True
        self.scheduler.attention = True
        self.scheduler.idle.wake()
        if self.scheduler.driver == threading.get_ident():
            return False
        if self.scheduler.driver is not None and self.lock.mine():
            return True
        if thread is not None or self.scheduler.driver is not None:
            deadline = real_monotonic() + timeout
            if thread is not None:
                thread.join(timeout)
            while self.scheduler.driver is not None and real_monotonic() < deadline:
                real_sleep(MOMENT)  # a cell drives it, on a thread that goes on to other things
            if self.scheduler.driver is not None:
                running = self.scheduler.running
                where = f" {running.short_name} has not come to its next yield." if running is not None else ""
                self.report(f"the lab has not stopped within {timeout:g} s.{where} It will, at the end of that slice.")
                return False
        self._pause_requested = False
        return True

    # -- the loop -------------------------------------------------------------------------------------

    @property
    def virtual(self) -> bool:
        """Whether the clock of this lab is moved rather than awaited."""
        return isinstance(self.scheduler.clock, VirtualClock)

    def _watch_over(self, stepping: bool) -> None:
        """Make ready for a drive: in a run that shall be the same again, threads take their turns as in steps."""
        in_step = stepping or self.lockstep
        self.scheduler.slices_per_poll = 0 if in_step else SLICES_PER_POLL
        self._set_gate(not in_step)

    def _driving(self, complete: bool, thread: threading.Thread | None = None) -> Driving:
        return Driving(self, complete, thread)

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
        deadline = None if timeout is None or (stepping and self.virtual) else began + timeout
        patience = None if timeout is None or not (stepping and self.virtual) else real_monotonic() + timeout
        left = limit
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
                reason = "timeout"
                break
            if advance is not None:
                ran = min(1, advance(scheduler))
            else:
                batch = 1 if condition is not None else BATCH
                ran = (brake or scheduler).advance(batch if left is None else min(batch, left))
            if left is not None:
                left -= ran
            if scheduler.fatal is not None:
                reason = "failed"
                break
            if ran or scheduler.attention:
                continue
            if not scheduler.members and not forever and not self._comes_something():
                reason = "finished"
                break
            if not background and not scheduler.can_be_woken():
                reason = "stuck"
                break
            if (deadline is not None and scheduler.clock.now() >= deadline) or _is_over(patience):
                reason = "idle" if stepping else "timeout"
                break
            self._wait(deadline, patience)
        outcome = Outcome(
            reason,
            scheduler.step - first_step,
            scheduler.clock.now() - began,
            tuple(self.failures[-(self.failed_count - failed_before) :] if self.failed_count > failed_before else ()),
            self._sleepers() if reason in ("stuck", "idle") else (),
        )
        return self._ended(outcome)

    def _ended(self, outcome: Outcome) -> Outcome:
        """Name the breakpoints that were hit, and raise what has to be raised now that the world stands."""
        self.outcome = outcome = outcome if self.brake is None else self.brake.release(outcome)
        if self.scheduler.fatal is not None:
            fatal, self.scheduler.fatal = self.scheduler.fatal, None
            raise fatal
        return outcome

    def _sleepers(self) -> tuple[str, ...]:
        return tuple(each.short_name for each in list(self.scheduler.members.values()) if each._life is ASLEEP)

    def _comes_something(self) -> bool:
        """Return whether something is under way in a lab without components: a call, or bytes of a simulated network."""
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
        if scheduler.journal is not None and self.virtual and times and (timer is None or deadline == min(times) != timer):
            scheduler.journal.outside("time", deadline)
        scheduler.idle.dispatch()

    # -- who drives ----------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether it runs in the background now."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    @property
    def gate_open(self) -> bool:
        """Whether components with a thread of their own may go on by themselves: in a free run."""
        return self._gate_open

    def must_stop(self) -> bool:
        """Return whether somebody asks the world to stand still as soon as it can."""
        return self._pause_requested or (self._interrupt is not None and self._interrupt.interrupted)

    def _set_gate(self, is_open: bool) -> None:
        self._gate_open = is_open
        for component in sorted(self.scheduler.outsiders, key=lambda each: getattr(each, "_number", 0)):
            notice = getattr(component, "gate_changed", None)
            if notice is not None:
                notice()

    def _set_log(self, complete: bool) -> None:
        """Have the engine write what is wanted now: by the trace, and by whoever is attached to it."""
        scheduler = self.scheduler
        log = self.trace.writer(complete)
        if (scheduler.log is None) is not (log is None):
            for component in list(scheduler.members.values()):
                for box in getattr(component, "_in", {}).values():
                    box.quiet = box.settled = False
        scheduler.log = log

    def _hooks_changed(self) -> None:
        with self.lock:
            self._set_log(self.trace.complete)

    def _check_open(self) -> None:
        if self._closed:
            raise LabIsClosed("this lab was stopped; lab.reset() makes a fresh start, Lab() another lab")

    def _check_not_inside(self, what: str) -> None:
        if self.scheduler.driver == threading.get_ident():
            running = self.scheduler.running
            who = running.short_name if running is not None else "an observer"
            raise LabIsRunning(
                f"{who} calls {what}() from within its own slice; a component cannot drive the lab that drives it"
            )

    def _check_not_driven(self) -> None:
        if self.scheduler.driver is not None:
            raise LabIsRunning("another thread drives this lab already; wait for it, or call lab.pause()")


class Driving:
    """Makes the calling thread the driver of a world, and tidies up after it.

    The handler of interrupts is there all the while, so that none can strike in the middle of this.
    """

    def __init__(self, world: Driven, complete: bool, thread: threading.Thread | None) -> None:
        self.world = world
        self.complete = complete
        self.thread = thread
        self.interrupt = Interruptible(world)

    def __enter__(self) -> Interruptible:
        world = self.world
        world._check_open()
        world._check_not_inside("step" if self.complete else "run")
        if world.running and world._thread is not self.thread:
            raise LabIsRunning("the lab runs in the background; call lab.pause() first, then step or run it")
        world._before_drive(self.complete)
        self.interrupt.install()
        try:
            self._take_the_lock()
        except BaseException:
            self.interrupt.uninstall()
            raise
        scheduler = world.scheduler
        scheduler.driver = threading.get_ident()
        self.before = worlds.in_slice.world
        worlds.in_slice.world = world
        world._interrupt = self.interrupt
        world._set_log(self.complete)
        world._watch_over(self.complete)
        return self.interrupt

    def _take_the_lock(self) -> None:
        world = self.world
        while not world.lock.acquire(timeout=LOOK):
            if self.interrupt.interrupted:
                raise KeyboardInterrupt("the lab was not driven: somebody else holds its lock")
        try:
            world._check_not_driven()
        except BaseException:
            world.lock.release()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        world = self.world
        world._set_gate(False)
        world._interrupt = None
        worlds.in_slice.world = self.before
        world.scheduler.driver = None
        world.scheduler.running = None
        world.scheduler.attention = False
        world._pause_requested = False
        world._set_log(True)
        world.lock.release()
        self.interrupt.uninstall()
        if self.interrupt.interrupted and kind is None:
            step = world.scheduler.step
            raise KeyboardInterrupt(f"the lab was stopped between two slices, at step {step}; it can go on")


def _is_over(moment: float | None) -> bool:
    """Return whether a moment of the real clock has passed."""
    return moment is not None and real_monotonic() >= moment


def _condition(until: Until) -> Callable[[Any], Any] | None:
    if until is None or callable(until):
        return until
    if isinstance(until, Microprocess):
        return lambda _: until._life in ENDED
    raise KamlabError(f"run(until={until!r}): give a predicate on the lab, or a component that shall end")
