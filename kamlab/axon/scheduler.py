"""``Axon.Scheduler.scheduler``: Axon's interface to the scheduler of a lab.

``scheduler.run`` belongs to the current lab, ``scheduler()`` makes a new lab, and ``scheduler.run = scheduler()``,
which Axon's users write to start over, makes the new lab the current one. So does ``scheduler()`` after
``scheduler.run = None``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from kamlab.core import context
from kamlab.core.errors import KamlabError, LabIsClosed
from kamlab.core.microprocess import Microprocess

#: How many seconds ``main`` sleeps at a time while nothing can run.
POLL_INTERVAL = 0.01


class CannotReplaceLab(KamlabError):
    """``scheduler.run`` is assigned inside a ``with`` block or a slice, which determines the current lab."""


class _SchedulerType(type):
    """Defines the class attribute ``scheduler.run``."""

    #: Whether the next scheduler that is made becomes ``scheduler.run``.
    vacant = False

    @property
    def run(cls) -> scheduler | None:
        return None if cls.vacant else front_of(context.current())

    @run.setter
    def run(cls, front: scheduler | None) -> None:
        cls.vacant = front is None
        if front is None:
            return
        lab = front.lab
        context.set_current(lab)
        if context.current() is not lab:
            raise CannotReplaceLab(
                f"scheduler.run cannot be replaced here: {context.current()!r} is the current lab as long as its "
                "'with' block or its slice lasts. Assign it outside, or open a 'with' block on another Lab."
            )


class _Foreign(Microprocess):
    """Runs an object that is not a microprocess, and has the methods that Axon's scheduler calls.

    These are ``next`` or ``__next__``, and ``stop`` and ``_closeDownMicroprocess``, which are called at its end.
    """

    def __init__(self, process: Any) -> None:
        super().__init__()
        self.process = process

    def main(self) -> Iterator[Any]:
        """Call ``next`` of the object until it raises StopIteration."""
        process = self.process
        run_slice = getattr(process, "__next__", None) or process.next
        while True:
            try:
                value = run_slice()
            except StopIteration:
                break
            yield value
        process.stop()
        process._closeDownMicroprocess()


class scheduler(metaclass=_SchedulerType):
    """Runs microprocesses in turn.

    Args:
        lab: the lab whose scheduler this is; a new one by default.
        argd: ignored.
    """

    __module__ = "Axon.Scheduler"

    def __init__(self, lab: Any = None, **argd: Any) -> None:
        del argd
        is_new = lab is None
        if is_new:
            from kamlab.lab import Lab

            lab = Lab()
        self.lab = lab
        self._wait_for_one = False
        self._foreign: list[_Foreign] = []
        lab.axon_front = self
        if is_new and type(self).vacant:
            scheduler.run = self

    @property
    def scheduler(self) -> Any:
        """The lab's own scheduler; ``activate`` looks for this attribute."""
        return self.lab.scheduler

    # -- running ------------------------------------------------------------------------------------

    def runThreads(self, slowmo: float = 0) -> Any:
        """Run until all microprocesses have ended, and sleep ``slowmo`` seconds per cycle."""
        if slowmo or self._wait_for_one:
            for _ in self.main(slowmo, canblock=True):
                pass
            return None
        return self.lab.run_component(None)

    def main(self, slowmo: float = 0, canblock: bool = False) -> Iterator[int]:
        """Run step by step, yielding before each slice and once per cycle.

        With ``canblock`` it sleeps while nothing can run; without, it continues to yield.

        Raises:
            LabIsClosed: the lab was stopped or reset meanwhile.
        """
        lab, engine = self.lab, self.lab.scheduler
        while True:
            yield from self._slow_down(slowmo, canblock)
            for process in list(engine.queue):
                yield 1
                with lab.lock:
                    if process.is_runnable():
                        lab.choose(process)
                        lab.step(timeout=0)
            yield 1
            self._end_cycle(engine, canblock)
            if not engine.members and not self._wait_for_one:
                return
            if not engine.queue and canblock and not engine.can_be_woken() and not self._wait_for_one:
                lab.report("the run ended early: all components sleep, and nothing is left that could wake one")
                return

    def _end_cycle(self, engine: Any, canblock: bool) -> None:
        """Apply pauses and wake-ups; with ``canblock``, wait until something can run."""
        lab = self.lab
        while True:
            if lab.scheduler is not engine or lab.state == "stopped":
                raise LabIsClosed("this lab was stopped or reset while its scheduler's main() was being run")
            with lab.lock:
                ready = engine.end_round()
            if engine.members:
                self._wait_for_one = False
            waiting = engine.can_be_woken() if engine.members else self._wait_for_one
            if ready or not canblock or not waiting:
                return
            lab.clock.wait(engine.idle, lab.clock.now() + POLL_INTERVAL)

    def _slow_down(self, slowmo: float, canblock: bool) -> Iterator[int]:
        clock, idle = self.lab.clock, self.lab.scheduler.idle
        until = clock.now() + slowmo
        while slowmo and clock.now() < until:
            if canblock:
                clock.wait(idle, until)
            else:
                yield 1

    def waitForOne(self) -> None:
        """Do not end before there has been at least one microprocess."""
        self._wait_for_one = True

    def stop(self) -> None:
        """End all microprocesses, so that the run ends; the scheduler can run again."""
        self._wait_for_one = False
        with self.lab.lock:
            for process in list(self.lab.scheduler.members.values()):
                self.lab.scheduler.retire(process)

    # -- microprocesses -------------------------------------------------------------------------------

    def _addThread(self, mprocess: Any) -> None:
        if not isinstance(mprocess, Microprocess):
            self._foreign = [foreign for foreign in self._foreign if foreign in self.lab]
            mprocess = _Foreign(mprocess)
            self._foreign.append(mprocess)
        mprocess.activate(self.lab)

    def _microprocess(self, mprocess: Any) -> Any:
        """Return what runs an object: itself if it is a microprocess."""
        return next((foreign for foreign in self._foreign if foreign.process is mprocess), mprocess)

    def wakeThread(self, mprocess: Any, canActivate: bool = False) -> None:
        """Wake a microprocess; with ``canActivate``, activate it if it is new."""
        mprocess = self._microprocess(mprocess)
        if not isinstance(mprocess, Microprocess):
            if canActivate:
                self._addThread(mprocess)
        elif canActivate and mprocess not in self.lab:
            mprocess.activate(self.lab)
        else:
            self.lab.scheduler.request_wake(mprocess)

    def pauseThread(self, mprocess: Any) -> None:
        """Pause a microprocess from the end of this cycle on."""
        mprocess = self._microprocess(mprocess)
        if mprocess in self.lab:
            self.lab.scheduler.request_pause(mprocess)

    def isThreadPaused(self, mprocess: Any) -> bool:
        """Return whether a microprocess sleeps; True also for one that is not in this lab."""
        mprocess = self._microprocess(mprocess)
        return mprocess not in self.lab or not mprocess.is_runnable()

    def listAllThreads(self) -> list[Any]:
        """Return all microprocesses that have not ended."""
        members = self.lab.scheduler.members.values()
        return [member.process if isinstance(member, _Foreign) else member for member in list(members)]

    @property
    def time(self) -> float:
        """The time at which the current cycle began, in seconds since the epoch."""
        engine = self.lab.scheduler
        ago: float = engine.clock.now() - engine.now
        return time.time() - ago

    # -- errors ---------------------------------------------------------------------------------------

    @classmethod
    def immortalise(cls) -> None:
        """Let the other microprocesses go on when one fails, which is the default."""
        front_of(context.current()).lab.on_error = "isolate"

    @classmethod
    def mortalise(cls) -> None:
        """End the run with ComponentFailed when a component fails."""
        front_of(context.current()).lab.on_error = "raise"


class NullScheduler:
    """The scheduler of a microprocess that is not activated; it ignores every request."""

    def wakeThread(self, mprocess: Any, canActivate: bool = False) -> None:
        """Do nothing."""

    def pauseThread(self, mprocess: Any) -> None:
        """Do nothing."""

    def isThreadPaused(self, mprocess: Any) -> bool:
        """Return False."""
        return False


NULL_SCHEDULER = NullScheduler()


def front_of(lab: Any) -> scheduler:
    """Return the scheduler of a lab, always the same one."""
    front: scheduler | None = vars(lab).get("axon_front")
    return scheduler(lab) if front is None else front
