"""Running in the background where nothing can be suspended: a task of the event loop, in place of a thread.

The task runs some slices, lets the page go on, and comes again. Between two of its turns the lab stands still and its
lock is free, so pausing needs no waiting. It cannot go on while a cell runs or blocks.
"""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from ..core import runtime as runtimes
from ..core.drive import Drive, Phase, Stop
from ..core.lab_time import real_monotonic
from ..core.outcome import Outcome
from ..core.tracebacks import traceback_of

#: How many slices a turn has, for how many seconds it waits if nothing can run, and until it comes again then.
SLICES = 1000
PATIENCE = 0.001
REST = 0.02

#: The reasons that end a turn and not the run.
_GOES_ON = ("steps", "idle")


class BackgroundTask:
    """A run in the background; to the runtime it looks like the thread that would do the same.

    Args:
        runtime: the runtime to drive.
        stop: when to stop.
        forever: whether to continue when everything has ended.
    """

    ident = 0

    def __init__(self, runtime: Any, stop: Stop, forever: bool) -> None:
        self._runtime = runtime
        self._stop = stop
        self._forever = forever
        self._began = runtime.scheduler.time(), real_monotonic(), runtime.scheduler.step
        self._task = asyncio.get_event_loop_policy().get_event_loop().create_task(self._run())

    def is_alive(self) -> bool:
        """Return whether it goes on."""
        return not self._task.done()

    def end(self) -> None:
        """End it between two of its turns. Within one it ends by itself."""
        runtime = self._runtime
        if runtime.scheduler.driver is None and self.is_alive():
            self._task.cancel()
            runtime.background_is_over(self)
            runtime.outcome = self._outcome("paused", runtime.outcome)

    async def _run(self) -> None:
        runtime = self._runtime
        try:
            reason = None
            while reason is None:
                runs = self._take_turn()
                reason = self._why_over()
                if reason is None:
                    pace = runtime.pace
                    await asyncio.sleep(1 / pace if pace is not None else 0 if runs else REST)
            runtime.outcome = self._outcome(reason, runtime.outcome)
            if runtime.outcome.breakpoints or runtime.outcome.nothing:
                runtime.world.report(str(runtime.outcome))
        except Exception as error:
            runtime.background_error = error
            text = f"the background run ended with {type(error).__name__}: {error}\n{traceback_of(error)}"
            runtime.world.report(text)
        finally:
            runtime.background_is_over(self)

    def _take_turn(self) -> bool:
        """Run some slices; return whether more could run at once."""
        runtime, left = self._runtime, self._left()
        slices = 1 if runtime.pace is not None else SLICES if left is None else min(left, SLICES)
        stop = Stop(slices, self._stop.condition)
        with runtime.driving(Phase.RUNNING, self) as interrupt:
            drive = Drive(
                runtime, interrupt, stop, stepping=True, patience=PATIENCE, background=True, forever=self._forever
            )
            return drive.run().reason != "idle"

    def _left(self) -> int | None:
        limit = self._stop.limit
        return None if limit is None else limit - (self._runtime.scheduler.step - self._began[2])

    def _why_over(self) -> str | None:
        """Return why the run is over, ``None`` if it goes on."""
        runtime, stop, left = self._runtime, self._stop, self._left()
        reason = str(runtime.outcome.reason)
        if reason not in _GOES_ON:
            return reason
        if stop.condition is not None and stop.condition(runtime.world):
            return "condition"
        if stop.moment is not None and runtime.scheduler.time() >= stop.moment:
            return "condition"
        if left is not None and left <= 0:
            return "max_steps"
        passed = runtime.scheduler.time() - self._began[0]
        if stop.timeout is not None and max(passed, real_monotonic() - self._began[1]) >= stop.timeout:
            return "timeout"
        return None

    def _outcome(self, reason: str, last: Outcome | None) -> Outcome:
        """Return the outcome of the whole run, from that of its last turn."""
        scheduler = self._runtime.scheduler
        steps, seconds = scheduler.step - self._began[2], scheduler.time() - self._began[0]
        if last is None:
            return Outcome(reason, steps, seconds)
        return dataclasses.replace(last, reason=reason, steps=steps, seconds=seconds)


def install() -> None:
    """Let labs run in the background as tasks."""
    runtimes.background_run = BackgroundTask
