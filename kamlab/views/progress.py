"""The progress of a long run: shown after the first second, then four times a second.

A separate thread reads numbers that the scheduler keeps anyway. It does not take the lab's lock, since a busy driver
would have to stop for it. So two numbers may be a few microseconds apart, which does not matter for a line that is
shown for a quarter of a second.

A front end decides where progress is shown: :func:`reporter_for` writes to a terminal, and notebooks have their own.
Both return a context manager around the run, so that the display ends with the run, however the run ends.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Protocol

from ..core.clock import VirtualClock
from ..core.describe import name_of
from ..core.lab_time import real_monotonic
from ..core.outcome import REASONS
from ..core.world import World
from .printable import label
from .render import escape

#: Seconds between two samples, and before the first one is shown. Runs limited to fewer slices than ``MANY`` show none.
TICK = 0.25
SILENCE = 1.0
MANY = 1000
#: Over how many samples the rate is taken; how many seconds a slice may take before its component is named.
RECENT = 8
LONG = 1.0
#: The thread ends by itself when this many samples in a row find the lab not running.
PATIENCE = 20
#: The widths of a line of text and of a name in it.
COLUMNS = 79
NAME = 24


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come.

    ``steps`` slices have run in ``seconds`` of real time; ``rate`` is the recent number of slices per second, and
    ``limit`` the most slices that the run may have. ``runnable`` and ``asleep`` are the numbers of components that can
    and cannot run. ``waits`` says in a few words what the lab waits for if nothing runs, ``end`` why the run ended.

    >>> print(Progress("running", 1_234_567, 5.2, 237_000.0, 10_000_000, 3, 97))
    running: 1,234,567 slices, 12% of 10,000,000, 237,000/s, 5.2 s, 3 can run
    >>> print(Progress("paused", 1_234_567, 5.2, 237_000.0, end="paused"))
    ran 1,234,567 slices in 5.2 s, 237,000 per second: paused
    """

    state: str
    steps: int
    seconds: float
    rate: float = 0.0
    limit: int | None = None
    runnable: int = 0
    asleep: int = 0
    waits: str = ""
    end: str = ""
    #: For the next sample: the lab's own step number, and the time of this one.
    step: int = field(default=0, compare=False, repr=False)
    at: float = field(default=0.0, compare=False, repr=False)

    @property
    def fraction(self) -> float | None:
        """The part that is done, from 0 to 1; ``None`` without a limit."""
        return min(1.0, self.steps / self.limit) if self.limit else None

    def __str__(self) -> str:
        return _ended(self) if self.end else _going(self)

    def _repr_html_(self) -> str:
        bar = ""
        if self.fraction is not None and not self.end:
            bar = f' <progress max="100" value="{self.fraction * 100:.0f}"></progress>'
        return f'<div class="kamlab-progress" role="status">{escape(str(self))}{bar}</div>'


def _going(progress: Progress) -> str:
    head = f"{progress.state}: {progress.steps:,} slice{'s' * (progress.steps != 1)}"
    if progress.fraction is not None:
        head += f", {int(100 * progress.fraction)}% of {progress.limit:,}"
    seconds = f"{progress.seconds:.1f} s"
    if progress.waits:
        return _fitting([head, seconds, f"waits for {progress.waits}"], [1])
    asleep = [f"{progress.asleep:,} waiting"] if progress.asleep else []
    return _fitting(
        [head, f"{_rounded(progress.rate)}/s", seconds, f"{progress.runnable:,} can run", *asleep], [4, 3, 2]
    )


def _ended(progress: Progress) -> str:
    rate = f", {_rounded(progress.rate)} per second" if progress.seconds > 0 else ""
    slices = f"{progress.steps:,} slice{'s' * (progress.steps != 1)}"
    return label(f"ran {slices} in {progress.seconds:.1f} s{rate}: {progress.end}", COLUMNS)


def _fitting(parts: list[str], spare: list[int]) -> str:
    """Join parts to a line; drop spare ones, in this order, until it fits."""
    left = dict(enumerate(parts))
    for place in spare:
        if len(", ".join(left.values())) > COLUMNS - 4:
            left.pop(place, None)
    return label(", ".join(left.values()), COLUMNS)


def _rounded(number: float) -> str:
    """Write a rate with three significant digits.

    >>> _rounded(237_412.9), _rounded(12.34), _rounded(0.5), _rounded(0)
    ('237,000', '12.3', '0.5', '0')
    """
    if number >= 1000:
        digits = len(str(int(number))) - 3
        return f"{round(number / 10**digits) * 10**digits:,}"
    return f"{number:.3g}"


# -- sampling -----------------------------------------------------------------------------------------


def progress_of(
    lab: World, limit: int | None = None, began: Progress | None = None, before: Progress | None = None
) -> Progress:
    """Return the progress of a lab. This takes no lock and never waits.

    Args:
        lab: the lab; any thread may call this.
        limit: the most slices that the run may have.
        began: the progress when the run began; the beginning of the lab by default.
        before: earlier progress, from which the rate is taken; ``began`` by default.

    >>> from kamlab import Component, Lab
    >>> with Lab() as lab:
    ...     began = progress_of(lab)
    ...     _ = Component().activate()
    ...     _ = lab.step()
    ...     progress_of(lab, began=began).steps
    1
    """
    now = real_monotonic()
    scheduler = lab.scheduler
    step = scheduler.step
    start = began.step if began is not None else 0
    seconds = now - began.at if began is not None else 0.0
    since = before or began
    passed = now - since.at if since is not None else 0.0
    rate = max(0, step - since.step) / passed if since is not None and passed > 0 else 0.0
    runnable = len(scheduler.queue) + len(scheduler.done)
    runnable += scheduler.running is not None
    members = len(scheduler.members)
    idle = not (runnable or scheduler.wakes or scheduler.posted)
    waits = ""
    if lab.state == "running":
        waits = _waits_for(lab) if idle else _hangs_in(lab, step, before, now)
    if scheduler.step != step:  # it went on meanwhile
        waits = ""
    return Progress(
        lab.state, max(0, step - start), seconds, rate, limit, min(runnable, members), max(0, members - runnable),
        waits, "", step, now,
    )  # fmt: skip


def _waits_for(lab: World) -> str:
    """Say what a lab in which no component can run waits for."""
    scheduler = lab.scheduler
    if any(outsider.may_wake() for outsider in list(scheduler.outsiders)):
        return "a thread, or an answer from outside" if scheduler.idle.sources() else "a thread"
    network = bool(scheduler.idle.sources())
    timers = scheduler.timers.waiting()
    if timers and not isinstance(scheduler.clock, VirtualClock):
        due = max(0.0, timers[0].when - scheduler.clock.now())
        return f"the next timer, due in {due:.1f} s" + (", or the network" if network else "")
    if network:
        return "the network"
    return "a call from outside: nothing else can wake it"


def _hangs_in(lab: World, step: int, before: Progress | None, now: float) -> str:
    """Say which component is in a slice that takes long, if one is."""
    running = lab.scheduler.running
    if before is None or before.step != step or now - before.at < LONG or running is None:
        return ""
    return f"{label(name_of(running), NAME)} to come to its next yield"


# -- reporting ----------------------------------------------------------------------------------------


class Teller(Protocol):
    """Where progress is shown. One thread at a time calls it; an exception ends the display."""

    def tell(self, progress: Progress) -> None:
        """Show this in place of the line before."""

    def close(self, last: Progress | None) -> None:
        """Show the last line; ``None`` if nothing was shown before. Nothing follows."""


class Reporter:
    """Shows the progress of one run, as a context manager around it.

    Args:
        lab: the lab that runs.
        limit: the most slices that the run may have.
        teller: where progress is shown.

    Nothing is shown in the first second. The thread that takes the samples ends with the run and never delays it.
    """

    def __init__(self, lab: World, limit: int | None, teller: Teller) -> None:
        self._lab = lab
        self._limit = limit
        self._teller = teller
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._told = False
        self._speaking = threading.Lock()

    def __enter__(self) -> Reporter:
        self._began = progress_of(self._lab, self._limit)
        self._outcome = getattr(self._lab, "outcome", None)
        thread = threading.Thread(target=self._watch, name="kamlab progress", daemon=True)
        try:
            thread.start()
            self._thread = thread
        except RuntimeError:  # no thread can be started: the run goes on without a display
            pass
        except BaseException:  # an interrupt: there will be no run
            self._over.set()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._over.set()
        with self._speaking:  # a line that is being shown is finished, and none follows it
            last = self._last_word(error) if self._told else None
            with contextlib.suppress(Exception):
                self._teller.close(last)
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        looks = [self._began]
        wait = SILENCE
        still = 0
        while not self._over.wait(wait):
            wait = TICK
            progress = self._look(looks)
            if progress.state != "running":  # it has ended, or does not begin
                still += 1
                if still > PATIENCE:
                    return
                continue
            still = 0
            with self._speaking:
                if self._over.is_set():
                    return
                try:
                    self._told = True
                    self._teller.tell(progress)
                except Exception:  # a stream that is closed, a kernel that is gone: the run does not suffer
                    return

    def _look(self, looks: list[Progress]) -> Progress:
        standing = (look for look in looks if look.step == self._lab.scheduler.step)
        progress = progress_of(self._lab, self._limit, self._began, next(standing, looks[0]))
        looks.append(progress)
        del looks[:-RECENT]
        return progress

    def _last_word(self, error: BaseException | None) -> Progress:
        progress = progress_of(self._lab, self._limit, self._began)
        outcome = getattr(self._lab, "outcome", None)
        if isinstance(error, KeyboardInterrupt):
            end = "interrupted"
        elif error is not None:
            end = f"{type(error).__name__} was raised"
        elif outcome is not None and outcome is not self._outcome:
            end = REASONS[outcome.reason].removeprefix("it was ").removeprefix("it ")
        else:
            end = "ended"
        return replace(progress, end=end, waits="")


class TerminalLine:
    """One line of a terminal, overwritten in its place and cleared at the end."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._width = 0

    def tell(self, progress: Progress) -> None:
        """Overwrite the line."""
        text = str(progress)
        self._stream.write(f"\r{text:<{self._width}}\r")
        self._stream.flush()
        self._width = len(text)

    def close(self, last: Progress | None) -> None:
        """Clear the line."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0


Factory = Callable[[World, int | None], AbstractContextManager[Any]]


def reporter_for(lab: World, limit: int | None = None) -> AbstractContextManager[Any]:
    """Return a context manager around a run that shows its progress on a terminal.

    It uses one line of stderr if that is a terminal. Otherwise, and for runs limited to fewer than 1000 slices,
    nothing is shown.

    >>> with reporter_for(None):  # a test has no terminal
    ...     pass
    """
    stream = sys.stderr
    if (limit is not None and limit < MANY) or stream is None or not _is_terminal(stream):
        return contextlib.nullcontext()
    return Reporter(lab, limit, TerminalLine(stream))


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError, OSError):  # no stream at all, or one that is closed
        return False


def install(lab_class: Any, factory: Factory = reporter_for) -> Callable[[], None]:
    """Make all labs of a class show the progress of their runs; return a function that undoes this.

    It sets the class attribute ``progress``: a function that makes the context manager for a run, from the lab and the
    limit of slices.
    """
    before = lab_class.__dict__.get("progress", _NOTHING)
    lab_class.progress = staticmethod(factory)

    def undo() -> None:
        if before is _NOTHING:
            del lab_class.progress
        else:
            lab_class.progress = before

    return undo


_NOTHING: Any = object()
