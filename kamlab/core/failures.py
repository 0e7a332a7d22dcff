"""Failures of components: which failed, and the reports to the user.

A traceback begins at the user's line, see :mod:`.tracebacks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .describe import error_in_words
from .errors import ComponentFailed, SliceEnded
from .microprocess import Microprocess
from .task import task_of
from .tracebacks import Full, full_of, last_full, next_number, traceback_of

if TYPE_CHECKING:
    from .runtime import Runtime

#: How many failures a lab remembers.
FAILURES_KEPT = 100


class FailureLog:
    """The components of a lab that failed, the last :data:`FAILURES_KEPT` of them, and how many there were."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.components: list[Microprocess] = []
        self.count = 0
        #: When the last component failed, in the order of all errors of the process.
        self._number = 0
        self._has_teller = False

    @contextmanager
    def told_by_caller(self) -> Iterator[None]:
        """Report no slice that is ended within the ``with``: its caller says so."""
        self._has_teller = True
        try:
            yield
        finally:
            self._has_teller = False

    def note(self, component: Microprocess, error: BaseException) -> None:
        """Remember and report a failure; under ``on_error="raise"`` stop the drive with it.

        An interrupt that a drive raises to its caller next is not reported as well.
        """
        runtime = self._runtime
        scheduler = runtime.scheduler
        self.count += 1
        ended = task_of(component).end_record
        if ended is not None:  # it failed while it ended
            ended.note_error(component)
        self.components.append(component)
        self._number = next_number()
        del self.components[:-FAILURES_KEPT]
        is_raised = isinstance(error, KeyboardInterrupt) and scheduler.fatal is error and not runtime.running
        if not (is_raised or (self._has_teller and isinstance(error, SliceEnded))):
            with runtime.watch.reporting():
                failed = f"{component.short_name} failed at step {scheduler.step}; the others go on."
                runtime.world.report(f"{failed}\n{traceback_of(error)}")
        if runtime.on_error == "raise" and isinstance(error, (Exception, SliceEnded)) and scheduler.fatal is None:
            fatal = ComponentFailed(f"{component.short_name} failed: {error_in_words(error)}")
            fatal.__cause__ = error
            scheduler.fatal = fatal

    def note_broken_call(self, error: BaseException) -> None:
        """Report an error in a call made between two slices, posted or by a timer; the run goes on."""
        runtime = self._runtime
        text = traceback_of(error)
        runtime.world.report(
            f"a call made between two slices failed, at step {runtime.scheduler.step}; the run goes on.\n{text}"
        )

    def since(self, count: int) -> tuple[Microprocess, ...]:
        """Return the components that failed after the first ``count`` failures; there must have been more."""
        return tuple(self.components[count - self.count :])

    def full(self) -> Full:
        """Return the last error with all frames: of a component that failed here, or of a call that failed."""
        last = last_full()
        failed = self.components[-1] if self.components else None
        error = task_of(failed).error if failed is not None else None
        if error is not None and (last is None or last.number < self._number):
            return full_of(error, self._number)
        return last or Full(0, ())
