"""Who drives a world: one thread at a time, and what holds while it does.

The driver is the thread that called ``step`` or ``run``, or the one background thread that ``start``
made. It holds the world's lock, takes interrupts, and decides what is written to the trace and
whether the threads of components may go on by themselves. Whoever else wants to drive is told why
that cannot be.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from . import worlds
from .chance import Chance
from .driving import WorldLock
from .errors import LabIsClosed, LabIsRunning
from .interrupt import Interruptible
from .microprocess import Microprocess
from .outcome import Brake, Outcome
from .scheduler import SLICES_PER_POLL, Scheduler
from .trace import Trace

#: How often, in seconds, a thread that waits for the lock looks whether it was interrupted.
LOOK = 0.1


class Drivable:
    """What a thread may be the driver of: a scheduler, its lock and its trace, and who drives it now."""

    #: Whether threads and the network take turns with the components in a free run as well as in steps.
    lockstep: bool = False
    #: The dice of this run; ``None`` where they are the machine's.
    chance: Chance | None
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
        self._rearm_breakpoints()

    def _before_drive(self, complete: bool) -> None:
        """Called before this is driven, in steps (``complete``) or freely; it may refuse."""

    def _rearm_breakpoints(self) -> None:
        """Called when the lab has a trace of its own again."""

    def report(self, text: str) -> None:
        """Tell the user something that must not be lost."""
        raise NotImplementedError

    # -- who drives ----------------------------------------------------------------------------------

    def _driving(self, complete: bool, thread: threading.Thread | None = None) -> Driving:
        return Driving(self, complete, thread)

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

    def _watch_over(self, stepping: bool) -> None:
        """Make ready for a drive: in a run that shall be the same again, threads take their turns as in steps."""
        in_step = stepping or self.lockstep
        self.scheduler.slices_per_poll = 0 if in_step else SLICES_PER_POLL
        self._set_gate(not in_step)

    def _set_log(self, complete: bool) -> None:
        """Have the engine write what is wanted now: by the trace, and by whoever is attached to it."""
        scheduler = self.scheduler
        log = self.trace.writer(complete)
        self.scheduler.stepped = complete
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

    def __init__(self, world: Drivable, complete: bool, thread: threading.Thread | None) -> None:
        self.world = world
        self.complete = complete
        self.thread = thread
        self.interrupt: Interruptible = Interruptible(world)

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
        self.before: Any = worlds.in_slice.world
        worlds.in_slice.world = world
        world._interrupt = self.interrupt
        self.chance: Chance | None = world.chance
        if self.chance is not None:
            self.chance.enter()
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
        if self.chance is not None:
            self.chance.leave()
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
