"""Failures of components: which failed, and what is reported to the user.

A traceback begins at the user's line: the frames of the engine that called the component are left out. Where an error
may have an untrustworthy ``__str__``, the text is made without calling it.
"""

from __future__ import annotations

import os
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from .errors import ComponentFailed
from .events import error_in_words
from .microprocess import Microprocess
from .safe_repr import speaks_plainly
from .task import task_of

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

    def note(self, component: Microprocess, error: BaseException) -> None:
        """Remember and report a failure; under ``on_error="raise"`` stop the drive with it."""
        runtime = self._runtime
        scheduler = runtime.scheduler
        self.count += 1
        ended = task_of(component).end_record
        if ended is not None:  # it failed while it ended
            ended.note_error(component)
        self.components.append(component)
        del self.components[:-FAILURES_KEPT]
        text = traceback_of(error)
        runtime.world.report(f"{component.short_name} failed at step {scheduler.step}; the others go on.\n{text}")
        if runtime.on_error == "raise" and isinstance(error, Exception) and scheduler.fatal is None:
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


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an error, with its causes; shorter if a text in it cannot be made safely."""
    frames = _own_frames(error)
    chain = _chain_of(error)
    if all(speaks_plainly(link) for link in chain):
        return "".join(traceback.format_exception(type(error), error, frames))
    lines = []
    for link in reversed(chain):
        where = frames if link is error else link.__traceback__
        lines += ["Traceback (most recent call last):\n", *traceback.format_tb(where), error_in_words(link), "\n"]
    return "".join(lines)


def _chain_of(error: BaseException) -> list[BaseException]:
    """Return an error, its causes, and the members of exception groups."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left and len(found) < 1000:
        link = left.pop()
        if link is None or any(link is other for other in found):
            continue
        found.append(link)
        left += [link.__cause__, link.__context__, *(link.exceptions if isinstance(link, BaseExceptionGroup) else ())]
    return found


def _own_frames(error: BaseException) -> TracebackType | None:
    """Return the traceback without the frames of the engine that called the component."""
    tb = error.__traceback__
    while tb is not None and tb.tb_next is not None and os.path.dirname(tb.tb_frame.f_code.co_filename) == _ENGINE:
        tb = tb.tb_next
    return tb


_ENGINE = os.path.dirname(__file__)
