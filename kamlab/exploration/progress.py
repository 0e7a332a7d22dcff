"""How far an exploration has come, while it goes on: shown after the first second, then four times a second.

A separate thread reads numbers that the exploration keeps anyway, so that it costs the exploration nothing. On a
terminal it is one line of stderr, in a notebook one output of the cell; both are gone at the end, since the result says
the rest. Without either, and without a function that asks for it, there is no thread.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

from ..core.lab_time import real_monotonic
from ..views.progress import SILENCE, TICK, TerminalLine
from ..views.render import escape
from .errors import CannotExplore

#: What an exploration is told to: a function; ``False``: nobody; ``None``: the terminal, or the cell.
Listener = Callable[["ExplorationProgress"], Any] | bool | None


@dataclass(frozen=True, slots=True)
class ExplorationProgress:
    """How far an exploration has come.

    Attributes:
        count: how many there are by now.
        things: of what: states found, orders run.
        seconds: how long it has taken.
        left: how many seconds there are at most until it stops.

    >>> print(ExplorationProgress(12_345, "states found", 4.0, 26.0))
    exploring: 12,345 states found in 4.0 s; it stops in 26 s at the latest
    """

    count: int
    things: str
    seconds: float
    left: float

    def __str__(self) -> str:
        done = f"exploring: {self.count:,} {self.things} in {self.seconds:.1f} s"
        return f"{done}; it stops in {self.left:.0f} s at the latest" if self.left >= 1 else done

    def _repr_html_(self) -> str:
        part = 100 * self.seconds / (self.seconds + self.left)
        bar = f' <progress max="100" value="{part:.0f}"></progress>'
        return f'<div class="kamlab-progress" role="status">{escape(str(self))}{bar}</div>'


class _Display(Protocol):
    """Where progress is shown, or a function's stand-in; one thread at a time calls it."""

    def tell(self, progress: Any) -> None: ...

    def close(self, last: Any) -> None: ...


class _Calls:
    """Calls a function."""

    def __init__(self, function: Callable[[ExplorationProgress], Any]) -> None:
        self._function = function

    def tell(self, progress: ExplorationProgress) -> None:
        """Call the function."""
        self._function(progress)

    def close(self, last: Any) -> None:
        """Do nothing: there is nothing to clear."""


class Watch:
    """Shows how far an exploration has come, as a context manager around it.

    Args:
        listener: to whom.
        seconds: the limit of the exploration.
    """

    def __init__(self, listener: Listener, seconds: float) -> None:
        self._display = _display_for(listener)
        self._seconds = seconds
        self._began = real_monotonic()
        self._look: Callable[[], int] = int
        self._things = "states found"
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None

    def follow(self, things: str, look: Callable[[], int]) -> None:
        """Show from here on how many of some things there are; ``look`` is called in another thread."""
        self._things, self._look = things, look

    def now(self) -> ExplorationProgress:
        """Return how far it has come."""
        seconds = real_monotonic() - self._began
        return ExplorationProgress(self._look(), self._things, seconds, max(0.0, self._seconds - seconds))

    def __enter__(self) -> Watch:
        if self._display is not None:
            thread = threading.Thread(target=self._tell, name="kamlab exploration", daemon=True)
            try:
                thread.start()
                self._thread = thread
            except RuntimeError:  # no thread can be started here
                pass
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            warnings.warn(f"progress= was called no more, since it raised {self._error!r}", RuntimeWarning, 4)
        if isinstance(error, KeyboardInterrupt):
            said = str(self.now()).partition(";")[0].removeprefix("exploring: ")
            error.args = (f"explore() was interrupted: {said}, of which nothing is kept",)

    def _tell(self) -> None:
        display, wait = self._display, SILENCE
        assert display is not None
        try:
            while not self._over.wait(wait):
                wait = TICK
                display.tell(self.now())
        except Exception as error:  # a stream that is closed, a kernel that is gone: the exploration goes on
            self._error = error if isinstance(display, _Calls) else None
        try:
            display.close(None)
        except Exception:
            return


def _display_for(listener: Listener) -> _Display | None:
    """Return where progress is shown; ``None`` if nowhere.

    Raises:
        CannotExplore: it is something else.
    """
    if callable(listener):
        return _Calls(listener)
    if listener is False:
        return None
    if listener is not None and listener is not True:
        raise CannotExplore(f"progress={listener!r}: give a function of an ExplorationProgress, or False")
    if "IPython" in sys.modules:
        from ..notebook.exploring import passing_line

        line: _Display | None = passing_line()
        if line is not None:
            return line
    stream = sys.stderr
    return TerminalLine(stream) if stream is not None and _is_terminal(stream) else None


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError, OSError):
        return False
