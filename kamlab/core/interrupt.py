"""What an interrupt (Ctrl-C, or the stop button of a notebook) does to a running lab.

Python's own handler raises wherever it happens to be, often inside a component's generator, which
is then dead. This one lets the first interrupt stop the lab between two slices, with everything in
place; only a second one, for a component that hangs, is raised inside that component.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
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

    def __enter__(self) -> Interruptible:
        if threading.current_thread() is threading.main_thread():
            try:
                self._before = signal.signal(signal.SIGINT, self._handle)
                self._installed = True
            except ValueError:  # an interpreter inside another program: its signals are not ours
                self._installed = False
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, self._before if self._before is not None else signal.SIG_DFL)
            self._installed = False

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        scheduler = self._world.scheduler
        if self.interrupted and scheduler.running is not None:
            raise KeyboardInterrupt
        self.interrupted = True
        scheduler.attention = True
        scheduler.idle.wake()
