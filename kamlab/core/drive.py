"""Driving a world from a cell: a slice, a round or a message at a time, or freely.

There is one driver at a time (:mod:`.driver`), and one loop for all ways to drive (:mod:`.loop`): what
is here tells that loop when to stop. A world may be driven in the background, too (:mod:`.background`).
"""

from __future__ import annotations

from typing import Any

from .background import Background
from .events import SENT
from .loop import Until
from .outcome import Happened, Outcome
from .scheduler import Scheduler

__all__ = ["Driven", "Until"]


class Driven(Background):
    """What can be stepped, run, started and paused; :class:`~kamlab.core.world.World` is the whole."""

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

    # -- running ------------------------------------------------------------------------------------

    def run(self, until: Until = None, timeout: float | None = None, max_steps: int | None = None) -> Outcome:
        """Run on this thread until everything has ended, or ``until``, or a limit.

        Args:
            until: a predicate on the lab, asked after every slice; a component that shall end; or a time of the
                lab's clock, in seconds, at which to stop, before what is due then.
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
