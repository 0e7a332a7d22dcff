"""What an interrupt (Ctrl-C, or the stop button of a notebook) does to a running lab.

Python's own handler raises wherever the code happens to be, often inside a component's generator, which
has then ended. This handler lets the first interrupt stop the lab between two slices, with everything in
place. Only in a slice that has lasted for long (see :mod:`.watch`) is it raised inside the component; a second
interrupt is in any case. It is never raised within the engine itself. An interrupt that comes early in a slice that
does not end is sent again by the watch, and again if the slice catches it, until the slice has ended.

*Catching everything.* A loop such as ``while True: try: ... except: pass`` catches each error that is raised where it
waits. So from the second time on a tracer raises another one, a few lines later: one line more each time, until that
line is outside the ``try``. It raises none where a generator or a coroutine gives way: Python would leave that frame
without its ``finally``, or run it while it counts as suspended, which can crash the interpreter. The caller follows.

*Nothing comes late.* A signal that is sent again, and an exception that is raised from another thread, belong to one
drive. They are sent under a lock that the end of the drive takes, too: afterwards nothing is sent, and what is on its
way is awaited or taken back, before the handler of others is in its place again.

Frames of the engine are recognised by the package of their module, not by their file: a method that a
dataclass generated has no file. Other modules whose code runs in the middle of a drive register with
:func:`part_of_the_engine`; the standard library, where the engine has called it, counts as engine as well.

Rejected: sending the signal once more with a timer of the system, which is the user's own.
"""

from __future__ import annotations

import _thread
import contextlib
import inspect
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from .describe import name_of
from .errors import SliceEnded
from .frames import LIBRARY, module_of, whose_code
from .lab_time import real_sleep

if TYPE_CHECKING:
    from .runtime import Runtime

#: How many lines later, at most, an error is raised again in code that catches it; then from one line on again.
LINES = 16
#: The flags of code whose frames return each time they give way.
SUSPENDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
#: How long, in seconds, the end of a drive sleeps for a signal that is on its way: it arrives as soon as this begins.
ON_ITS_WAY = 0.0005


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
        #: What was said of what an interrupt has ended.
        self.words = ""
        self._ident = threading.get_ident()
        #: Under this, signals and exceptions are sent; and it is said that no more may be.
        self._sending = threading.Lock()
        self._is_over = False
        self._is_sent = self._was_sent = self._was_struck = False
        #: In which slice an error was raised last, and how often.
        self._raised: tuple[Any, int] = (None, 0)
        self._tracer: Any = None

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
        if not self._is_over:
            self.close()
        if self.installed:
            signal.signal(signal.SIGINT, self._before if self._before is not None else signal.SIG_DFL)
            self.installed = False
        self.drive = None

    def close(self) -> None:
        """Raise nothing from outside any more: take back, or await, what is on its way. Called by the drive's thread.

        What strikes this thread at this very moment ends here.
        """
        while not self._is_over or self._was_struck:
            try:
                with self._sending:
                    self._is_over = True
                    if self._was_struck:
                        _struck.pop(self._ident, None)
                        self._was_struck = False
                        _raise_what_waits()
            except SliceEnded:
                continue
        if self._tracer is not None and sys.gettrace() is self._tracer:
            sys.settrace(None)
        self._tracer = None
        if self._was_sent and self.installed:
            self._was_sent = False
            for _ in range(2):
                real_sleep(ON_ITS_WAY)

    # -- from other threads ---------------------------------------------------------------------------

    def send(self) -> bool:
        """Send the signal to the main thread once more; return whether it was sent. Called by the watching thread."""
        with self._sending:
            if self._is_over or not self.installed or signal.getsignal(signal.SIGINT) != self._handle:
                return False
            self._is_sent = self._was_sent = True
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(self._ident, signal.SIGINT)
            else:
                _thread.interrupt_main()
            return True

    def strike(self, moment: Callable[[], Any]) -> bool:
        """Raise :class:`~.errors.SliceEnded` in the thread that drives if that stands in the user's code now.

        Args:
            moment: which slice runs now, to compare.

        Returns:
            Whether it was raised: at the next line of that code. Called again and again until the slice has ended.
        """
        ident = self._ident
        with self._sending:
            present = moment()
            before = sys._current_frames().get(ident)
            if self._is_over or before is None or self._users_frame_at(before) is None:
                return False
            self._was_struck = True
            _struck[ident] = self
            if not raise_in_thread(ident, Struck):
                return False
            if sys._current_frames().get(ident) is before and present == moment():
                return True
            raise_in_thread(ident, None)  # it went on between the two looks, perhaps into the engine
            return False

    def was_struck(self, frame: FrameType) -> None:
        """Have an error that a frame catches, and has caught before, be followed by another. Called in that thread."""
        hung = None if self._is_over else self._users_frame_at(frame)
        if hung is None:
            return
        caught = self._times_raised()
        if caught:
            self._trace(hung, SliceEnded, caught)

    # -- the handler ----------------------------------------------------------------------------------

    def _handle(self, _number: int, frame: FrameType | None) -> None:
        is_ours, self._is_sent = self._is_sent, False
        again = self.interrupted
        if not is_ours:
            self.interrupted = True
            self._runtime.scheduler.attention = True
            self._runtime.scheduler.idle.wake()
        if self._is_over:
            return
        is_endable = self._runtime.watch.is_endable(by_handler=True)
        if (again and is_endable) if self.is_patient else is_endable or (again and not is_ours):
            hung = self._hung(frame)
            if hung is not None:
                self._raise_outside_the_engine(frame, hung)

    def is_users(self, frame: FrameType) -> bool:
        """Return whether a frame is the user's code that the drive has called: an exception may be raised in it."""
        return self._hung(frame) is frame

    def _users_frame_at(self, frame: FrameType) -> FrameType | None:
        """Return the frame of the user's that this one is, or that has called it: only the library's lie between.

        None of those may be of a module that holds locks: with such a lock kept, other threads would hang.
        """
        hung, within = self._hung(frame), frame
        while hung is not None and within is not hung:
            name = module_of(within)
            if of_the_engine(within) or name.partition(".")[0] in HOLD_LOCKS or within.f_back is None:
                return None
            within = within.f_back
        return hung

    def raise_at_next_line(self, frame: FrameType, error: BaseException) -> None:
        """Raise an error on this thread when the user's code that called the engine continues.

        Args:
            frame: where the engine stands.
            error: what to raise.
        """
        hung = self._hung(frame)
        if hung is not None:
            self._trace(hung, lambda: error)

    def _hung(self, frame: FrameType | None) -> FrameType | None:
        """Return the frame of the user's code that the drive has called last, or ``None``.

        An installed package is the user's code only where there is no other.
        """
        drive, installed = self.drive, None
        while frame is not None and frame is not drive:
            if not (of_the_engine(frame) or _of_the_library(frame)):
                if whose_code(frame.f_code.co_filename) != LIBRARY:
                    return frame if _is_called_by(drive, frame) else None
                if installed is None and module_of(frame).partition(".")[0] not in TOOLS:
                    installed = frame
            frame = frame.f_back
        return installed if frame is not None else None

    def _raise_outside_the_engine(self, frame: FrameType | None, hung: FrameType) -> None:
        """Raise an error in the user's code that the engine called: now, or when control returns to that code.

        Raised in the middle of the engine it would leave a message without its wake-up, or a component
        without its place in the queue. Between two slices no user's code runs, and nothing is raised.
        """
        watch = self._runtime.watch
        words, stands = watch.verdict(), self._stack(frame)

        def error() -> BaseException:
            if words or not self.interrupted:
                return SliceEnded(*filter(None, [words]))
            self.words = watch.broken_off("interrupted", stands)
            return KeyboardInterrupt(self.words)

        caught = self._times_raised()
        within = frame
        while within is not None and within is not hung:
            if of_the_engine(within):
                self._trace(hung, error, caught)
                return
            within = within.f_back
        if caught:
            self._trace(hung, error, caught)
        self._note(hung)
        raise error()

    def _stack(self, frame: FrameType | None) -> list[FrameType]:
        stack: list[FrameType] = []
        while frame is not None and frame is not self.drive:
            stack.insert(0, frame)
            frame = frame.f_back
        return stack

    def _times_raised(self) -> int:
        """Return how often an error was raised in this slice, and count this time."""
        present, (last, times) = self._runtime.watch.present(), self._raised
        times = times if last == present else 0
        self._raised = (present, times + 1)
        return times

    def _trace(self, hung: FrameType, error: Callable[[], BaseException], caught: int = 0) -> None:
        """Raise an error at the next line of a frame; where others were caught, some lines later."""
        lines = (caught - 1) % LINES if caught else 0

        def local(there: FrameType, event: str, _argument: object) -> Any:
            nonlocal hung, lines
            if there is not hung or event not in ("line", "return"):  # not where it is about to catch another error
                return local
            if event == "line" and lines:
                lines -= 1
                return local
            if event == "return" and there.f_code.co_flags & SUSPENDS:
                caller = there.f_back
                if caller is not None and self.is_users(caller):
                    hung, caller.f_trace = caller, local
                else:  # the slice has ended
                    self._trace_no_longer()
                return None
            self._trace_no_longer()
            if event == "line" or not caught:
                self._note(hung)
                raise error() from None
            return None

        def tracer(_there: FrameType, _event: str, _argument: object) -> None:
            """Trace no other frame."""

        hung.f_trace = local
        self._tracer = tracer
        sys.settrace(tracer)

    def _trace_no_longer(self) -> None:
        sys.settrace(None)
        self._tracer = None

    def _note(self, hung: FrameType) -> None:
        """Note that the present slice cannot be run again, since an error from outside is raised in its component.

        The component may catch the error and continue. An observer's or a predicate's error is not the component's.
        """
        scheduler = self._runtime.scheduler
        running, journal = scheduler.running, scheduler.journal
        outer: FrameType | None = hung
        while outer is not None and not of_the_engine(outer):
            outer = outer.f_back
        while outer is not None and outer is not self.drive and of_the_engine(outer):
            outer = outer.f_back
        if running is not None and journal is not None and outer is self.drive:
            journal.foreign(f"{name_of(running)} was interrupted in the middle of that slice", scheduler.step - 1)


# -- exceptions in another thread -----------------------------------------------------------------------


class Struck(SliceEnded):
    """What is raised in another thread. Python makes the error in that thread, where it is caught."""

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        interrupt = _struck.get(threading.get_ident())
        if interrupt is not None:
            interrupt.was_struck(sys._getframe(1))


Struck.__name__, Struck.__qualname__, Struck.__module__ = "SliceEnded", "SliceEnded", SliceEnded.__module__

#: The drives that were struck, by their threads.
_struck: dict[int, Interrupt] = {}


def raise_in_thread(ident: int, error: type[BaseException] | None) -> bool:
    """Raise an exception in another thread when it runs next, or take that back; return whether this is possible."""
    with contextlib.suppress(ImportError, AttributeError):
        import ctypes

        what = ctypes.py_object(error) if error is not None else None
        return bool(ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), what))
    return False


def _raise_what_waits() -> None:
    """Raise and catch an exception in this thread, in the place of one that waits.

    Python notes for all threads that one waits, and looks for it at every jump and call until it is raised: one that
    was taken back would slow down the whole process.
    """
    try:
        raise_in_thread(threading.get_ident(), SliceEnded)
        for _ in range(100):
            pass
    except SliceEnded:
        pass


# -- whose a frame is -----------------------------------------------------------------------------------


def part_of_the_engine(name: str) -> None:
    """Never raise an interrupt within a module, or the modules of a package; raise it in the user's code they call."""
    _ENGINE.add(name)


def _is_called_by(drive: FrameType | None, frame: FrameType) -> bool:
    """Return whether this frame was called by the loop that drives, rather than being a caller of it."""
    outer: FrameType | None = frame
    while outer is not None and outer is not drive:
        outer = outer.f_back
    return outer is not None


def of_the_engine(frame: FrameType) -> bool:
    """Return whether a frame is one of the engine: nothing is raised in it."""
    name = module_of(frame)
    return (name in _ENGINE or name.rpartition(".")[0] in _ENGINE) and name not in LIKE_THE_LIBRARY


def _of_the_library(frame: FrameType) -> bool:
    name = module_of(frame)
    return (
        name.partition(".")[0] in sys.stdlib_module_names
        or name in LIKE_THE_LIBRARY
        or name.startswith("namedtuple_")  # the methods that namedtuple() has made, for the engine as well
    )


#: Packages that print and show what a component prints: they are at no fault.
TOOLS = ("IPython", "ipykernel", "zmq", "tornado", "debugpy")

#: Packages in whose code no thread but the main one is interrupted.
HOLD_LOCKS = (*TOOLS, "_frozen_importlib", "_frozen_importlib_external", "importlib", "logging", "queue", "threading")

#: The modules that replace some of Python's: code that sleeps in there is interrupted.
LIKE_THE_LIBRARY = ("kamlab.core.lab_time",)

#: The modules, and the packages whose modules are the engine.
_ENGINE = {__name__.rpartition(".")[0], "kamlab.notebook"}
