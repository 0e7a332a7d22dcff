"""The part of a run that a figure shows: from which step to which, and when each of them was."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from ...analysis.errors import StepOutOfRange
from ...analysis.history import History
from .errors import BadFigure

#: What a figure may be drawn over, and what that axis is called.
AXES = {"step": "step (slices since the lab began)", "time": "time of the lab (s)"}


@dataclass(frozen=True, slots=True)
class Window:
    """The steps from ``first`` to ``last``; step k is the moment after slice k, 0 is before the first.

    ``times`` are the lab's times of these steps, in seconds. ``known_from`` is the earliest step that is known,
    0 if nothing is forgotten, and ``latest`` the present.

    >>> window = Window(2, 4, (0.0, 0.5, 0.5), latest=9)
    >>> window.place(3, "time"), window.place(3, "step"), window.note
    (0.5, 3.0, 'steps 2 to 4 of 9')
    """

    first: int
    last: int
    times: tuple[float, ...]
    known_from: int = 0
    latest: int = 0

    def time_of(self, step: int) -> float:
        """Return when a step was; one outside the window is taken for the nearest inside."""
        return self.times[min(max(step, self.first), self.last) - self.first]

    def place(self, step: float, by: str) -> float:
        """Return where a step is on the axis."""
        return float(step) if by == "step" else self.time_of(int(step))

    @property
    def seconds(self) -> float:
        """How long it was by the lab's clock."""
        return self.times[-1] - self.times[0]

    @property
    def note(self) -> str:
        """Which part it is, in words, and from which step on anything is known."""
        whole = self.first == self.known_from and self.last == self.latest
        said = f"steps {self.first} to {self.last}" + ("" if whole else f" of {self.latest}")
        if self.known_from:
            said += f"; known from step {self.known_from} on"
        return said


def window_of(history: History, first: int | None = None, last: int | None = None, span: int | None = None) -> Window:
    """Return the window from one step to another; of what is not told, all that is known, or ``span`` steps of it.

    Raises:
        StepOutOfRange: a step lies ahead, or is forgotten, or the first comes after the last.
    """
    earliest, latest = history.earliest, history.latest
    if last is None:
        begin = earliest if first is None else history.check(first)
        last = latest if span is None or first is None else min(latest, begin + span)
    end = history.check(last)
    if first is None:
        first = earliest if span is None else max(earliest, end - span)
    begin = history.check(first)
    if begin > end:
        raise StepOutOfRange(
            f"the window begins at step {begin}, after its end, step {end}; known are steps {earliest} to {latest}",
            earliest,
            latest,
        )
    return Window(begin, end, _times(history, begin, end), earliest, latest)


def events_in(history: History, window: Window) -> tuple[int, int]:
    """Return the numbers of the first event of a window, which is in slice ``first``, and of the last."""
    if window.first <= history.earliest:
        return history.first, history.end_of(window.last)
    return history.end_of(window.first - 1) + 1, history.end_of(window.last)


def _times(history: History, first: int, last: int) -> tuple[float, ...]:
    """Return when each of these steps was."""
    place = bisect_right(history.steps, first)
    times = [history.time_of(history.end_of(first))]
    for start, step in zip(history.starts[place:], history.steps[place:], strict=True):
        if step > last:
            break
        times.append(float(history.record(start)[2]))
    return tuple(times)


def check_by(by: Any) -> str:
    """Return over what a figure is drawn.

    Raises:
        BadFigure: over nothing of the kind.
    """
    if by not in AXES:
        raise BadFigure(f'by={by!r}: a figure is drawn over the steps, by="step", or over the lab\'s time, by="time"')
    return str(by)
