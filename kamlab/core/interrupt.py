"""What an interrupt (Ctrl-C, or the stop button of a notebook) does to a running lab.

Python's own handler raises wherever the code happens to be, often inside a component's generator, which
has then ended. This handler lets the first interrupt stop the lab between two slices, with everything in
place. Only in a slice that has lasted for long (see :mod:`.watch`) is it raised inside the component; a second
interrupt is in any case. It is never raised within the engine itself.

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

from .describe import name_of
from .frames import place_of

if TYPE_CHECKING:
    from .runtime import Runtime


class Interrupt:
    """Holds the handler while a lab runs on the main thread; elsewhere it does nothing."""

    #: Whether this is a replay: only a second interrupt ends a slice, and only one that has lasted for long.
    is_patient = False

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._before: Any = None
        #: Whether interrupts reach this drive: it is on the main thread.
        self.installed = False
        self.interrupted: bool = False
        #: The frame of the loop that drives; user's code that it calls may be interrupted.
        self.drive: FrameType | None = None

    def install(self) -> None:
        """Handle interrupts from here on."""
        if threading.current_thread() is threading.main_thread():
            try:
                self._before = signal.signal(signal.SIGINT, self._handle)
                self.installed = True
            except ValueError:  # an interpreter embedded in another program, which handles signals itself
                self.installed = False

    def uninstall(self) -> None:
        """Restore the previous handler."""
        if self.installed:
            signal.signal(signal.SIGINT, self._before if self._before is not None else signal.SIG_DFL)
            self.installed = False
        self.drive = None

    def _handle(self, _number: int, frame: FrameType | None) -> None:
        again, self.interrupted = self.interrupted, True
        scheduler = self._runtime.scheduler
        scheduler.attention = True
        scheduler.idle.wake()
        is_endable = self._runtime.watch.is_endable()
        if (again and is_endable) if self.is_patient else (again or is_endable):
            hung = self._hung(frame)
            if hung is not None:
                words = self._runtime.watch.broken_off("interrupted", place_of(hung))
                self._raise_outside_the_engine(frame, hung, KeyboardInterrupt(words))

    def is_users(self, frame: FrameType) -> bool:
        """Return whether a frame is the user's code that the drive has called: an exception may be raised in it."""
        return not (_of_the_engine(frame) or _of_the_library(frame)) and _is_called_by(self.drive, frame)

    def raise_at_next_line(self, frame: FrameType, error: BaseException) -> None:
        """Raise an error on this thread when the user's code that called the engine continues.

        Args:
            frame: where the engine stands.
            error: what to raise.
        """
        hung = self._hung(frame)
        if hung is not None:
            self._trace(hung, error)

    def _hung(self, frame: FrameType | None) -> FrameType | None:
        """Return the frame of the user's code that the drive has called last, or ``None``."""
        while frame is not None and (_of_the_engine(frame) or _of_the_library(frame)):
            frame = frame.f_back
        return frame if frame is not None and _is_called_by(self.drive, frame) else None

    def _raise_outside_the_engine(self, frame: FrameType | None, hung: FrameType, error: BaseException) -> None:
        """Raise an error in the user's code that the engine called: now, or when control returns to that code.

        Raised in the middle of the engine it would leave a message without its wake-up, or a component
        without its place in the queue. Between two slices no user's code runs, and nothing is raised.
        """
        while frame is not None and frame is not hung:
            if _of_the_engine(frame):
                self._trace(hung, error)
                return
            frame = frame.f_back
        self._note(hung)
        raise error

    def _trace(self, hung: FrameType, error: BaseException) -> None:
        def tracer(there: FrameType, event: str, _argument: object) -> None:
            if there is hung and event in ("line", "return"):  # not where the code is about to catch another error
                sys.settrace(None)
                self._note(hung)
                raise error

        hung.f_trace = tracer
        sys.settrace(tracer)

    def _note(self, hung: FrameType) -> None:
        """Note that the present slice cannot be run again, since an error from outside is raised in its component.

        The component may catch the error and continue. An observer's or a predicate's error is not the component's.
        """
        scheduler = self._runtime.scheduler
        running, journal = scheduler.running, scheduler.journal
        outer: FrameType | None = hung
        while outer is not None and not _of_the_engine(outer):
            outer = outer.f_back
        while outer is not None and outer is not self.drive and _of_the_engine(outer):
            outer = outer.f_back
        if running is not None and journal is not None and outer is self.drive:
            journal.foreign(f"{name_of(running)} was interrupted in the middle of that slice", scheduler.step - 1)


def part_of_the_engine(name: str) -> None:
    """Never raise an interrupt within a module, or the modules of a package; raise it in the user's code they call."""
    _ENGINE.add(name)


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
    return (
        name.partition(".")[0] in sys.stdlib_module_names
        or name in LIKE_THE_LIBRARY
        or name.startswith("namedtuple_")  # the methods that namedtuple() has made, for the engine as well
    )


def _module_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


#: The modules that replace some of Python's: code that sleeps in there is interrupted.
LIKE_THE_LIBRARY = ("kamlab.core.lab_time",)

#: The modules, and the packages whose modules are the engine.
_ENGINE = {__name__.rpartition(".")[0]}
