"""What an interrupt (Ctrl-C, or the stop button of a notebook) does to a running lab.

Python's own handler raises wherever it happens to be, often inside a component's generator, which
is then dead. This one lets the first interrupt stop the lab between two slices, with everything in
place; only a second one, for a component that hangs, is raised inside that component.
It is never raised within the engine itself, wherever it strikes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .drive import Driven


class Interruptible:
    """Holds the handler while a lab runs on the main thread; elsewhere it does nothing."""

    def __init__(self, world: Driven) -> None:
        self._world = world
        self._before: Any = None
        self._installed = False
        self.interrupted = False

    def install(self) -> None:
        """Take interrupts from here on."""
        if threading.current_thread() is threading.main_thread():
            try:
                self._before = signal.signal(signal.SIGINT, self._handle)
                self._installed = True
            except ValueError:  # an interpreter inside another program: its signals are not ours
                self._installed = False

    def uninstall(self) -> None:
        """Give them back to whoever took them before."""
        if self._installed:
            signal.signal(signal.SIGINT, self._before if self._before is not None else signal.SIG_DFL)
            self._installed = False

    def _handle(self, _number: int, frame: FrameType | None) -> None:
        if self.interrupted:
            _raise_outside_the_engine(frame)
        self.interrupted = True
        scheduler = self._world.scheduler
        scheduler.attention = True
        scheduler.idle.wake()


def _raise_outside_the_engine(frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt in the code that the engine has called: now, or when that has the word again.

    Raised in the middle of the engine it would leave a message without its wake-up, or a component
    without its place in the queue. Between two slices there is no such code, and nothing is raised.
    """
    hung = frame
    while hung is not None and _of_the_engine(hung):
        hung = hung.f_back
    outer = hung
    while outer is not None and not (_of_the_engine(outer) and outer.f_code.co_name == "_drive"):
        outer = outer.f_back
    if hung is None or outer is None:
        return
    if hung is frame:
        raise KeyboardInterrupt

    def tracer(there: FrameType, _event: str, _argument: object) -> None:
        if there is hung:
            sys.settrace(None)
            raise KeyboardInterrupt

    hung.f_trace = tracer
    sys.settrace(tracer)


def _of_the_engine(frame: FrameType) -> bool:
    return os.path.dirname(frame.f_code.co_filename) == _ENGINE


_ENGINE = os.path.dirname(__file__)
