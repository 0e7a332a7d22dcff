"""What an interrupt (Ctrl-C, or the stop button of a notebook) does to a running lab.

Python's own handler raises wherever the code happens to be, often inside a component's generator, which
has then ended. This handler lets the first interrupt stop the lab between two slices, with everything in
place; only a second one, for a component that hangs, is raised inside that component. It is never raised
within the engine itself.

Frames of the engine are recognised by the package of their module, not by their file: a method that a
dataclass generated has no file. Other modules whose code runs in the middle of a drive register with
:func:`part_of_the_engine`; the standard library, where the engine has called it, counts as engine as well.
"""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .runtime import Runtime


class Interrupt:
    """Holds the handler while a lab runs on the main thread; elsewhere it does nothing."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._before: Any = None
        self._installed = False
        self.interrupted: bool = False
        #: The frame of the loop that drives; user's code that it calls may be interrupted.
        self.drive: FrameType | None = None

    def install(self) -> None:
        """Handle interrupts from here on."""
        if threading.current_thread() is threading.main_thread():
            try:
                self._before = signal.signal(signal.SIGINT, self._handle)
                self._installed = True
            except ValueError:  # an interpreter embedded in another program, which handles signals itself
                self._installed = False

    def uninstall(self) -> None:
        """Restore the previous handler."""
        if self._installed:
            signal.signal(signal.SIGINT, self._before if self._before is not None else signal.SIG_DFL)
            self._installed = False
        self.drive = None

    def _handle(self, _number: int, frame: FrameType | None) -> None:
        if self.interrupted:
            _raise_outside_the_engine(frame, self.drive)
        self.interrupted = True
        scheduler = self._runtime.scheduler
        scheduler.attention = True
        scheduler.idle.wake()


def part_of_the_engine(name: str) -> None:
    """Never raise an interrupt within a module, or the modules of a package; raise it in the user's code they call."""
    _ENGINE.add(name)


def _raise_outside_the_engine(frame: FrameType | None, drive: FrameType | None) -> None:
    """Raise KeyboardInterrupt in the user's code that the engine called: now, or when control returns to that code.

    Raised in the middle of the engine it would leave a message without its wake-up, or a component
    without its place in the queue. Between two slices no user's code runs, and nothing is raised.
    """
    hung = frame
    in_engine = False
    while hung is not None and ((engine := _of_the_engine(hung)) or _of_the_library(hung)):
        in_engine = in_engine or engine
        hung = hung.f_back
    if hung is None or not _is_called_by(drive, hung):
        return
    if not in_engine:
        raise KeyboardInterrupt

    def tracer(there: FrameType, _event: str, _argument: object) -> None:
        if there is hung:
            sys.settrace(None)
            raise KeyboardInterrupt

    hung.f_trace = tracer
    sys.settrace(tracer)


def _is_called_by(drive: FrameType | None, frame: FrameType) -> bool:
    """Return whether this frame was called by the loop that drives, rather than being a caller of it."""
    outer: FrameType | None = frame
    while outer is not None and outer is not drive:
        outer = outer.f_back
    return outer is not None


def _of_the_engine(frame: FrameType) -> bool:
    name = _module_of(frame)
    return (name in _ENGINE or name.rpartition(".")[0] in _ENGINE) and name not in LIKE_THE_LIBRARY


def _of_the_library(frame: FrameType) -> bool:
    name = _module_of(frame)
    return name.partition(".")[0] in sys.stdlib_module_names or name in LIKE_THE_LIBRARY


def _module_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


#: The modules that replace some of Python's: code that sleeps in there is interrupted.
LIKE_THE_LIBRARY = ("kamlab.core.lab_time",)

#: The modules, and the packages whose modules are the engine.
_ENGINE = {__name__.rpartition(".")[0]}
