"""Output of cells and components: which text goes where, silencing, and the progress of a long run.

*Prints.* In a notebook, the output of a background thread lands under the cell that was executed last, or nowhere. So
the extension replaces ``sys.stdout`` and ``sys.stderr`` by a :class:`Proxy`. Text that a component writes goes to the
component's transcript, and also under the cell if that cell drives the lab, by ``lab.step()`` or ``lab.run()``. All
other text passes through untouched.

Rejected: ``with output:`` of ipywidgets, which swallows the prints of the cell itself; and a ``print`` method of
components, which unchanged listings do not call.

*Progress.* A long run has one output, displayed after a second and then updated in place. A thread that displays
something reaches the cell that the kernel takes it to belong to: the last one executed, or one for which a click was
handled in between. So the thread runs in a copy of its cell's context, in which kernels keep the header of the
request that they answer. An old kernel keeps one header for the process; it is the cell's own for as long as the cell
blocks. Updates find the output by its display id.
"""

from __future__ import annotations

import contextlib
import contextvars
import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from ..core import context
from ..core.events import PRINTED
from ..core.world import World
from ..views.progress import MANY, Progress, Reporter
from ..views.transcript import transcripts_of
from . import cells

_numbers = itertools.count(1)

# -- prints ----------------------------------------------------------------------------------------------


class Proxy:
    """Stands in for a text stream. Everything but writing is delegated to the stream.

    Args:
        stream: the stream that receives the text that no component wrote.
        error: whether this is stderr.
    """

    def __init__(self, stream: Any, error: bool = False) -> None:
        self.stream = stream
        self._error = error
        self._held: list[str] = []
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> Any:
        """Write text on behalf of the component, or other code, that runs on this thread."""
        speaker = _speaker()
        if speaker is None or not isinstance(text, str):
            self.write_held()
            return self.stream.write(text)
        lab, component = speaker
        driver = lab.scheduler.driver
        in_cell = cells.executes(driver)
        if component is None and in_cell:  # an observer, or the condition of a run: the cell's own code
            return self.stream.write(text)
        self._record(lab, component, text, driver)
        if in_cell and (driver == threading.get_ident() or lab.gate_open):
            self.stream.write(text)
        elif in_cell:  # a component's thread while the cell steps: the cell itself writes it
            with self._lock:
                self._held.append(text)
        elif self._error and not transcripts_of(lab).watched:
            self.stream.write(text)  # no cell shows it, and an error must not be lost
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several pieces of text."""
        for line in lines:
            self.write(line)

    def note(self, text: str) -> None:
        """Record a component's text in its transcript without displaying it: its first run displayed it."""
        speaker = _speaker()
        if speaker is None:
            return
        lab, component = speaker
        driver = lab.scheduler.driver
        if component is not None or not cells.executes(driver):
            self._record(lab, component, text, driver)

    def write_held(self) -> None:
        """Write what threads printed while this cell stepped them; called at the latest when the cell ends."""
        if self._held and cells.here():
            with self._lock:
                held, self._held = self._held, []
            self.stream.write("".join(held))

    def _record(self, lab: Any, component: Any, text: str, driver: int | None) -> None:
        lines = transcripts_of(lab).write(component, text, self._error)
        if component is not None and not self._error:  # the trace has the lab's report of a failure already
            _trace_lines(lab, component, lines, driver)


def _speaker() -> tuple[Any, Any] | None:
    """Return the lab and the component on whose behalf this thread runs, or ``None``."""
    lab = context.in_slice.world
    if lab is None:
        return None
    if context.in_slice.component is not None:
        return lab, context.in_slice.component
    if lab.scheduler.driver == threading.get_ident():
        return lab, lab.scheduler.running
    return None


def _trace_lines(lab: Any, component: Any, lines: list[str], driver: int | None) -> None:
    """Put printed lines in the trace; those of a thread that runs freely are posted, to arrive between two slices.

    A thread of a lab that is stepped has the lab to itself while it runs, so its lines are traced at once. Posting
    them would make a round, and a run must not differ from one whose prints are not recorded.
    """
    scheduler = lab.scheduler

    def trace() -> None:
        if scheduler.log is not None:
            for line in lines:
                scheduler.log((PRINTED, component, line))

    if driver == threading.get_ident() or not lab.gate_open:
        trace()
    elif lines and scheduler.log is not None:
        scheduler.post(trace)


def install_streams() -> Callable[[], None]:
    """Replace ``sys.stdout`` and ``sys.stderr`` by proxies; return a function that undoes this."""
    stack = contextlib.ExitStack()
    for name in ("stdout", "stderr"):
        proxy = Proxy(getattr(sys, name), error=name == "stderr")
        setattr(sys, name, proxy)
        stack.callback(_restore, name, proxy)
        stack.callback(cells.at_end(proxy.write_held))
    return stack.close


def _restore(name: str, proxy: Proxy | _Silent) -> None:
    if getattr(sys, name) is proxy:  # otherwise another stream was put there meanwhile
        setattr(sys, name, proxy.stream)


# -- silence ---------------------------------------------------------------------------------------------


class _Silent:
    """Stands in for a text stream, and discards what this thread writes, unless on behalf of a component."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self._thread = threading.get_ident()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> Any:
        """Write the text that a component or another thread prints."""
        if threading.get_ident() != self._thread or context.in_slice.world is not None:
            return self.stream.write(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several pieces of text."""
        for line in lines:
            self.write(line)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Suppress what this thread prints and displays within the block."""
    from IPython.utils.capture import capture_output

    with contextlib.ExitStack() as stack:
        for name in ("stdout", "stderr"):
            silent = _Silent(getattr(sys, name))
            setattr(sys, name, silent)
            stack.callback(_restore, name, silent)
        stack.enter_context(capture_output(stdout=False, stderr=False, display=True))
        yield


# -- progress --------------------------------------------------------------------------------------------


class CellLine:
    """One output of the cell that is being executed, updated in place.

    Args:
        publish: the function that displays, called with data, ``transient`` and ``update``.
    """

    def __init__(self, publish: Callable[..., Any]) -> None:
        self._publish = publish
        self._context = contextvars.copy_context()
        self._id = f"kamlab-progress-{os.getpid()}-{next(_numbers)}"
        self._shown = False

    def tell(self, progress: Progress) -> None:
        """Display the progress, or update the display."""
        data = {"text/html": progress._repr_html_(), "text/plain": str(progress)}
        update, self._shown = self._shown, True
        self._context.run(self._publish, data, metadata={}, transient={"display_id": self._id}, update=update)

    def close(self, last: Progress | None) -> None:
        """Leave the final progress there, if any was displayed."""
        if last is not None and self._shown:
            self.tell(last)


class PassingLine(CellLine):
    """One output of the cell that is being executed, which is empty at the end."""

    def close(self, last: Progress | None) -> None:
        """Remove what is displayed."""
        if self._shown:
            data = {"text/html": "", "text/plain": ""}
            self._context.run(self._publish, data, metadata={}, transient={"display_id": self._id}, update=True)


def reporter_for(lab: World, limit: int | None = None) -> AbstractContextManager[Any]:
    """Return a context manager around a run of a lab that reports its progress under the current cell.

    Nothing is reported outside a cell, as after a click on a button, for a run of fewer than 1000 slices, or in the
    first second.
    """
    shell = cells.kernel_shell()
    if shell is None or not cells.here() or (limit is not None and limit < MANY):
        return contextlib.nullcontext()
    return Reporter(lab, limit, CellLine(shell.display_pub.publish))
