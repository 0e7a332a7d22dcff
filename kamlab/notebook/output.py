"""Who prints: stdout and stderr that know which component is running.

In a notebook, what a background thread prints lands under whichever cell was executed last, or
nowhere. So the extension puts a :class:`Proxy` before the kernel's own streams. What a component
writes goes to the component's transcript, and also under the cell if that cell drives the lab: it
steps it, or has called ``lab.run()``. What anybody else writes passes through untouched.

Rejected: ``with output:`` of ipywidgets, which swallows the prints of the cell itself; and a
component's own ``print``, which unchanged listings do not call.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Any

from ..core import worlds
from ..core.events import PRINTED
from ..views.transcript import transcripts_of
from . import cells


class Proxy:
    """Stands in for a text stream. Whatever is not writing is left to the stream.

    Args:
        stream: where everything goes that no component wrote.
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
        """Write a piece of text, on behalf of whoever runs on this thread."""
        speaker = _speaker()
        if speaker is None or not isinstance(text, str):
            self.write_held()
            return self.stream.write(text)
        lab, component = speaker
        driver = lab.scheduler.driver
        in_cell = cells.executes(driver)
        if component is None and in_cell:  # an observer, or the condition of a run: the cell's own code
            return self.stream.write(text)
        transcripts = transcripts_of(lab)
        lines = transcripts.write(component, text, self._error)
        if not self._error:  # what the lab reports of a failure is on record already
            _note(lab, component, lines, driver)
        if in_cell and (driver == threading.get_ident() or lab.gate_open):
            self.stream.write(text)
        elif in_cell:  # a component's thread while the cell steps: the cell itself writes it down
            with self._lock:
                self._held.append(text)
        elif self._error and not transcripts.watched:
            self.stream.write(text)  # nobody looks, and an error must not be lost
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write pieces of text."""
        for line in lines:
            self.write(line)

    def note(self, text: str) -> None:
        """Put on record what a component writes, and show it nowhere: it was seen when it ran first."""
        speaker = _speaker()
        if speaker is None:
            return
        lab, component = speaker
        driver = lab.scheduler.driver
        if component is not None or not cells.executes(driver):
            lines = transcripts_of(lab).write(component, text, self._error)
            if not self._error:
                _note(lab, component, lines, driver)

    def write_held(self) -> None:
        """Write down what threads said while this cell stepped them; at the latest when the cell ends."""
        if self._held and cells.here():
            with self._lock:
                held, self._held = self._held, []
            self.stream.write("".join(held))


def _speaker() -> tuple[Any, Any] | None:
    """Return the lab and the component in whose name this thread runs, or ``None``."""
    lab = worlds.in_slice.world
    if lab is None:
        return None
    if worlds.in_slice.component is not None:
        return lab, worlds.in_slice.component
    if lab.scheduler.driver == threading.get_ident():
        return lab, lab.scheduler.running
    return None


def _note(lab: Any, component: Any, lines: list[str], driver: int | None) -> None:
    """Put lines on record; those of a thread that goes its own way between two slices.

    A thread that takes turns with the components has the lab to itself meanwhile, and what is posted
    makes a round: a run would not be the same where nobody notes its prints.
    """
    scheduler = lab.scheduler
    if component is None:
        return

    def note() -> None:
        if scheduler.log is not None:
            for line in lines:
                scheduler.log((PRINTED, component, line))

    if driver == threading.get_ident() or not lab.gate_open:
        note()
    elif lines and scheduler.log is not None:
        scheduler.post(note)


def install() -> Callable[[], None]:
    """Put proxies before ``sys.stdout`` and ``sys.stderr``; return what takes them away again."""
    stack = contextlib.ExitStack()
    for name in ("stdout", "stderr"):
        before = getattr(sys, name)
        proxy = Proxy(before, error=name == "stderr")
        setattr(sys, name, proxy)
        stack.callback(_restore, name, proxy)
        stack.callback(cells.at_end(proxy.write_held))
    return stack.close


def _restore(name: str, proxy: Proxy) -> None:
    if getattr(sys, name) is proxy:
        setattr(sys, name, proxy.stream)
