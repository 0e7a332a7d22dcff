"""The slice that runs for long: which component's it is, since when, and at which line it stands.

A stand-in: it notes when the same slice was first asked about.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

from .lab_time import real_monotonic

if TYPE_CHECKING:
    from .runtime import Runtime

#: From how many seconds on a slice is long.
LONG = 1.0


@dataclass(frozen=True, slots=True)
class LongSlice:
    """A slice that has run for long.

    ``component`` is whose it is, ``seconds`` how long it has run, ``place`` such as "line 4 of main()", and
    ``blocks_in`` the call that it waits in, if it does.
    """

    component: Any
    seconds: float
    place: str
    blocks_in: str = ""

    def sentence(self) -> str:
        """Return who, how long and where, and what to do."""
        return f"{self.diagnosis()} lab.stop() or lab.reset() ends it."

    def diagnosis(self) -> str:
        """Return who, how long and where, in a sentence."""
        where = f", at {self.place}" if self.place else ""
        return f"{self.component.short_name} has been in one slice for {self.seconds:.0f} s{where}."


class Watch:
    """Remembers the slice that was last asked about, and since when."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._seen: tuple[Any, ...] = ()
        self._since = 0.0

    def long_slice(self) -> LongSlice | None:
        """Return the slice that runs, if it has for :data:`LONG` seconds."""
        scheduler = self._runtime.scheduler
        component = scheduler.running
        seen = (scheduler, scheduler.step, component, scheduler.driver)
        now = real_monotonic()
        if seen != self._seen:
            self._seen, self._since = seen, now
        if component is None or scheduler.driver is None or now - self._since < LONG:
            return None
        return LongSlice(component, now - self._since, _place(scheduler.driver))


def _place(thread: int) -> str:
    frame: FrameType | None = sys._current_frames().get(thread)
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] in (
        "kamlab",
        "queue",
        "threading",
    ):
        frame = frame.f_back
    return f"line {frame.f_lineno} of {frame.f_code.co_name}()" if frame is not None else ""
