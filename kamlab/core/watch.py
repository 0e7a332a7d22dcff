"""A watch on every slice: which slice runs for long, at which line, and what ends it.

A component that never comes to its next ``yield`` holds up its whole lab without a word. So one thread for all labs of
the process looks at each lab that is driven, ten times a second: if it sees the same slice as the time before, it notes
since when. After :data:`LONG` seconds it reports that slice, once, with the line of the user's code. A slice that ends
in time costs nothing, since nothing is counted or noted while it runs.

The same holds for what the engine calls between two slices: a timer, an observer, the condition of a run. There only
a stack with user code on it is reported, since a lab that waits stands still as well.

*The bound.* From then on :class:`Counter` counts the events and the bytes of the slice: it takes the place of the
writer that the engine calls with each record anyway (``Scheduler.log``), and past the bound it refuses the message and
raises :class:`~.errors.SliceEnded` in the component's own ``send``. It leaves with the first record of a later slice.
Messages that fill the memory in less than a second are counted sooner: once the process has grown by :data:`GROWTH`
within one slice.

*Ending a slice from another thread.* Python raises an exception in another thread wherever that stands, which may be
in the middle of the engine. So :meth:`Watch.strike` does it only while the innermost frame of that thread is the
user's: a thread that waits for the interpreter continues exactly where it stands, and begins with the exception.

Rejected: a counter or a clock in ``Scheduler.advance``, which every slice would pay for; ``sys.settrace`` for all
background runs, for the same reason; a signal, which reaches the main thread only.
"""

from __future__ import annotations

import _thread
import ast
import contextvars
import itertools
import linecache
import os
import sys
import threading
import traceback
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType, MethodDescriptorType, WrapperDescriptorType
from typing import TYPE_CHECKING, Any, NamedTuple

from .describe import name_of
from .errors import BadLimit, SliceEnded
from .event_kinds import DISCARDED, RECEIVED, SENT
from .frames import KAMLAB, LIBRARY, frames_above, innermost_of_user, place_of, whose_code
from .lab_time import real_monotonic, real_sleep
from .naming import whose
from .thread_probe import asleep_at
from .thread_relay import Relayed

if TYPE_CHECKING:
    from .runtime import Runtime

#: Seconds between two looks, and after how many at a lab that is not driven the thread leaves it.
TICK = 0.1
IDLE_TICKS = 20
#: From how many seconds on a slice is long; from how many on it may be ended; and when its thread is first observed.
LONG = 1.0
ENDABLE = 0.5
OBSERVED = 0.3
#: By how many bytes the process grows within one slice before its messages are counted.
GROWTH = 24 << 20
#: The bound on bytes holds from so many messages on: a few large ones are no loop.
MANY = 8

#: Modules of debuggers: a slice in which the user looks around is not reported.
_DEBUGGERS = frozenset(("bdb", "pdb", "debugpy", "pydevd", "_pydevd_bundle", "ipdb"))
#: The calls that block, where the system does not tell whether a thread sleeps.
_BLOCKING = frozenset(
    ("accept", "acquire", "connect", "get", "input", "join", "read", "readline", "recv", "select", "sleep", "wait")
)


class SliceLimit(NamedTuple):
    """How many events, and bytes of messages, a slice may have once it is long; ``None``: no bound."""

    events: int | None = 300_000
    bytes: int | None = 64_000_000

    @classmethod
    def of(cls, limit: Any) -> SliceLimit:
        """Return the limit of a pair.

        Raises:
            BadLimit: it is not a pair of positive whole numbers or ``None``.
        """
        if (
            isinstance(limit, (tuple, list))
            and len(limit) == 2
            and all(bound is None or (type(bound) is int and bound > 0) for bound in limit)
        ):
            return cls(*limit)
        raise BadLimit(
            f"slice_limit = {limit!r}: give a pair, how many events and how many bytes of messages a long slice may "
            "have, each a whole number above 0, or None for no bound"
        )


@dataclass(frozen=True, slots=True)
class LongSlice:
    """A slice, or a call between two slices, that has lasted for long.

    ``component`` is whose slice it is, ``None`` between two slices; ``seconds`` how long it has lasted at least;
    ``place`` where in the user's code it stands; ``blocks_in`` the call that it waits in, if any; ``cure`` what ends
    it. ``in_thread``: the slice waits for the component's own thread, and the lab goes on without it soon.

    >>> print(LongSlice(None, 3.2, "line 4 of check()", cure="Interrupt to end it.").sentence())
    A call between two slices has lasted 3 s, at line 4 of check(): does this loop end? Interrupt to end it.
    """

    component: Any
    seconds: float
    place: str = ""
    blocks_in: str | None = None
    cure: str = ""
    in_thread: bool = False

    def sentence(self) -> str:
        """Return who, how long, where, and what to do, in one or two sentences."""
        return f"{self.diagnosis()} {self.cure}".rstrip()

    def diagnosis(self) -> str:
        """Return the sentence without what ends it."""
        seconds = f"{int(self.seconds)} s" if self.seconds >= 1 else f"{self.seconds:.1f} s"
        if self.component is None:
            who = f"A call between two slices has lasted {seconds}"
        else:
            who = f"{name_of(self.component)} has been in one slice for {seconds}"
        at = f" at {self.place}" if self.place else ""
        if self.in_thread:
            where = f", it is{at}" if at else ""
            return f"{who}: its thread has not come to its next send, recv or pause{where}."
        if self.blocks_in is not None:
            return f"{who} and blocks in {self.blocks_in}{at}: nothing else in the lab can run meanwhile."
        question = "does this loop end?" if self.component is None else "is a yield or await missing in this loop?"
        return f"{who}{',' if at else ''}{at}: {question}"


class Watch:
    """What is known of the slice that one lab runs now.

    Attributes and methods may be used by any thread; none of them takes the lab's lock.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        #: Which slice was seen last, and when first; ``None`` at the beginning of a drive.
        self.seen: tuple[tuple[int, int, int], float] | None = None
        #: In which context the drive began: front ends find the cell by it.
        self.context: contextvars.Context | None = None
        #: Whether the watching thread knows of this lab; whether a slice of this drive was counted.
        self.is_watched = False
        self.has_counted = False
        self._idle_ticks = 0
        self._told = False
        self._stood: Any = None
        self._memory = 0
        self._counter: Counter | None = None

    # -- asking ---------------------------------------------------------------------------------------

    def seconds(self) -> float:
        """Return for how long, at least, the lab has been where it is; 0 if that was not seen yet."""
        seen = self.seen
        return real_monotonic() - seen[1] if seen is not None and seen[0] == self._present() else 0.0

    def is_driven(self) -> bool:
        """Return whether a thread drives the lab now."""
        runtime = self._runtime
        return runtime.scheduler.driver is not None and not runtime.scheduler.given_up and runtime.watch is self

    def is_endable(self) -> bool:
        """Return whether an interrupt or a stop ends the present slice, rather than waiting for its end."""
        return self.is_driven() and self.seconds() >= ENDABLE

    def long_slice(self, least: float = LONG) -> LongSlice | None:
        """Return the slice that runs now if it has lasted so many seconds, else ``None``."""
        running, seconds = self._runtime.scheduler.running, self.seconds()
        if seconds < least or not self.is_driven():
            return None
        found = self._looked_at(running, seconds, self._stack())
        return found if self.seconds() >= least else None  # it has ended meanwhile

    def is_blocked(self) -> bool:
        """Return whether the present slice is blocked in a call."""
        found = self.long_slice(ENDABLE)
        return found is not None and found.blocks_in is not None

    def _present(self) -> tuple[int, int, int]:
        scheduler = self._runtime.scheduler
        return scheduler.step, scheduler.rounds, id(scheduler.running)

    def _stack(self) -> list[FrameType]:
        interrupt = self._runtime.interrupt
        return frames_above(self._runtime.scheduler.driver, interrupt.drive if interrupt is not None else None)

    def _looked_at(self, running: Any, seconds: float, stack: Sequence[FrameType]) -> LongSlice | None:
        if any(_module_of(frame) in _DEBUGGERS for frame in stack):
            return None
        at = innermost_of_user(tuple([frame.f_code for frame in stack]))
        component = whose(running) if running is not None else None
        if at is None or (component is not None and whose_code(stack[at].f_code.co_filename) == KAMLAB):
            where = component.thread_frame() if isinstance(component, Relayed) else None
            if where is not None:
                return LongSlice(component, seconds, f"line {where.line} of {where.function}()", in_thread=True)
        if at is None:
            return None if component is None else LongSlice(component, seconds, cure=self._cure(None))
        blocks_in = _blocks_in(stack, at) if self._is_asleep(stack) else None
        return LongSlice(component, seconds, place_of(stack[at]), blocks_in, self._cure(blocks_in))

    def _is_asleep(self, stack: Sequence[FrameType]) -> bool:
        """Return whether the driver has slept at one place since it was last observed."""
        stood, now = self._stood, self._observed(stack)
        return stood is not None and stood == now

    def _observed(self, stack: Sequence[FrameType]) -> Any:
        driver = self._runtime.scheduler.driver
        thread = next((thread for thread in threading.enumerate() if thread.ident == driver), None)
        if thread is None or not stack:
            return None
        if sys.platform == "linux":
            return asleep_at(thread)
        innermost = stack[-1]
        at = innermost_of_user([frame.f_code for frame in stack])
        called = (_blocks_in(stack, at) or "") if at is not None else ""
        blocks = called.rstrip("()").rpartition(".")[2] in _BLOCKING
        return (id(innermost), innermost.f_lasti) if blocks else None

    def _cure(self, blocks_in: str | None) -> str:
        interrupt = self._runtime.interrupt
        if interrupt is not None and interrupt.installed:
            cure = "Interrupt to end it"
        elif blocks_in is not None:
            cure = "lab.stop() or lab.reset() goes on without it"
        else:
            cure = "lab.stop() or lab.reset() ends it"
        return f"{cure}; code that blocks belongs in a ThreadedComponent." if blocks_in is not None else f"{cure}."

    # -- watching -------------------------------------------------------------------------------------

    def look_safely(self) -> bool:
        """Look at the lab; return whether to look again. Called by the watching thread."""
        if not self.is_driven():
            self.seen = None
            self._idle_ticks += 1
            return self._idle_ticks < IDLE_TICKS
        self._idle_ticks = 0
        try:
            self._look()
        except Exception:  # a report that fails must not end the watch
            traceback.print_exc()
        return True

    def _look(self) -> None:
        """Note which slice runs; report and bound one that has lasted."""
        present, now = self._present(), real_monotonic()
        seen = self.seen
        if seen is None or seen[0] != present:
            self._told, self._stood, self._memory = False, None, resident()
            self.seen = (present, now)
            return
        seconds = now - seen[1]
        scheduler = self._runtime.scheduler
        if scheduler.running is not None and self._runtime.slice_limit != (None, None):
            self._bound(seconds)
        if seconds >= LONG and not self._told:
            found = self.long_slice()
            if found is not None:
                self._told = True
                self._tell(found)
        if seconds >= OBSERVED:
            self._stood = self._observed(self._stack())

    def _tell(self, found: LongSlice) -> None:
        hook = self._runtime.on_long_slice
        if found.in_thread and hook is None:  # a thread is for code that blocks, and the lab does not wait for long
            return
        context = self.context if self.context is not None else contextvars.Context()
        if hook is not None:
            context.run(hook, found)
        else:
            context.run(self._runtime.world.report, found.sentence())

    def _bound(self, seconds: float) -> None:
        """Count the events of the slice from now on if it is long, or if it makes the process grow."""
        if seconds < LONG and resident() - self._memory < GROWTH:
            return
        self._count()
        scheduler, limit = self._runtime.scheduler, self._runtime.slice_limit.events
        if seconds >= LONG and limit is not None and len(scheduler.pauses) > limit:  # of which one record tells
            counter = self._counter
            if counter is not None:
                counter.words = counter.in_words(f"{limit:,} events")
            self.strike()

    def _count(self) -> None:
        """Put the counter in the place of the engine's writer."""
        self.has_counted = True
        with _lock:
            scheduler = self._runtime.scheduler
            if scheduler.running is None or not self.is_driven():  # the drive has ended meanwhile
                return
            if self._counter is None or self._counter.step != scheduler.step:
                self._leave_writer()
                self._counter = Counter(self, self._runtime)
            counter = self._counter
            log: Any = scheduler.log
            if log is not counter:
                counter.log = log
                scheduler.log = counter
            if counter.log is None:  # a box that was filled at this very moment may be quiet still
                self._runtime.rouse_boxes()

    def _leave_writer(self) -> None:
        counter = self._counter
        if counter is not None:
            counter.leave()

    def stop_counting(self) -> None:
        """Give the engine its own writer again, at the end of a drive."""
        with _lock:
            self._leave_writer()
            self._counter = None
            self.has_counted = False

    # -- ending ---------------------------------------------------------------------------------------

    def last_words(self) -> str:
        """Return what is said of a slice that was ended from outside; for a :class:`SliceEnded` without words."""
        counter = self._counter
        return counter.words if counter is not None else ""

    def broken_off(self, how: str, place: str) -> str:
        """Return what is said of the present slice where it is ended: "Busy_1 was interrupted in a slice that ...".

        This takes no lock, since a signal handler calls it.
        """
        running, seconds = self._runtime.scheduler.running, self.seconds()
        lasted = f"{int(seconds)} s" if seconds >= 1 else f"{seconds:.1f} s"
        who = name_of(whose(running)) if running is not None else "A call between two slices"
        if running is None:
            when = f" after {lasted}" if seconds >= ENDABLE else ""
        else:
            when = f" in a slice that had lasted {lasted}" if seconds >= ENDABLE else " in the middle of its slice"
        at = f", at {place}" if place else ""
        if self._stood is not None:
            advice = "; code that blocks belongs in a ThreadedComponent"
        elif seconds >= ENDABLE:
            advice = "; does this loop end?" if running is None else "; is a yield or await missing?"
        else:
            advice = ""
        return f"{who} was {how}{when}{at}{advice}"

    def strike(self) -> bool:
        """End the present slice, from another thread, if that stands in the user's code now; return whether it did.

        The exception is raised at the next line of that code. Called again and again until the slice has ended.
        """
        driver, interrupt = self._runtime.scheduler.driver, self._runtime.interrupt
        present = self._present()
        if driver is None or driver == threading.get_ident() or interrupt is None:
            return False
        before = sys._current_frames().get(driver)
        if before is None or not interrupt.is_users(before):
            return False
        if not _raise_in(driver, SliceEnded):
            return False
        after = sys._current_frames().get(driver)
        if after is before and present == self._present():
            return True
        _raise_in(driver, None)  # it went on between the two looks, perhaps into the engine
        return False


class Counter:
    """Writes what the engine records, and counts the events and bytes of one slice.

    A message that was taken counts against one that was sent, so that a component which works off a long queue in one
    slice is not at fault.

    Args:
        watch: the watch on the lab.
        runtime: the lab's engine.
    """

    def __init__(self, watch: Watch, runtime: Runtime) -> None:
        self._watch = watch
        self._runtime = runtime
        self._scheduler = runtime.scheduler
        self.step = self._scheduler.step
        #: The engine's own writer.
        self.log: Callable[[Any], Any] | None = None
        self.events = 0
        self.bytes = 0
        #: What is said of the slice once it is ended.
        self.words = ""
        self._has_refused = False

    def leave(self) -> None:
        """Give the engine its own writer again."""
        log: Any = self._scheduler.log
        if log is self:
            self._scheduler.log = self.log

    def __call__(self, record: Any) -> None:
        """Write a record, or refuse it if it is past the bound."""
        scheduler = self._scheduler
        if scheduler.step != self.step:
            self.leave()
        elif threading.get_ident() == scheduler.driver and scheduler.running is not None:
            self._count(record)
        if self.log is not None:
            self.log(record)

    def _count(self, record: Any) -> None:
        """Count what a slice could do without end: a message that it takes makes up for one that it sends."""
        kind = record[0]
        if kind is RECEIVED:
            self.events -= 1
            self.bytes -= size_of(record[2])
            return
        self.events += 1
        moves = kind is SENT or kind is DISCARDED
        if moves:
            self.bytes += size_of(record[3])
        if past := self._past():
            self._refuse(record if moves else None, past)

    def _past(self) -> str:
        """Return the bound that is passed, in words, or "" if none is."""
        events, size = self._runtime.slice_limit
        if size is not None and self.bytes > size and self.events >= MANY:
            return f"{size:,} bytes of messages"
        if events is not None and self.events > events and self._watch.seconds() >= LONG:
            return f"{events:,} events"
        return ""

    def _refuse(self, record: Any, past: str) -> None:
        """Raise SliceEnded: in ``send`` itself, whose message is taken back, else at the next line of the user's."""
        self.words = self.words or self.in_words(past)
        interrupt = self._runtime.interrupt
        if interrupt is not None and (record is None or self._has_refused):  # it has caught the error before
            interrupt.raise_at_next_line(sys._getframe(), SliceEnded(self.words))
        if record is None:
            return
        if record[0] is SENT and record[2].items and record[2].items[-1] is record[3]:
            record[2].items.pop()
        elif self.log is not None:
            self.log(record)  # it is counted as discarded already
        self._has_refused = True
        raise SliceEnded(self.words)

    def in_words(self, past: str) -> str:
        """Return what is said of a slice that has passed the bound."""
        found = self._watch.long_slice(0.0)
        said = found.diagnosis() if found is not None else "It has been in one slice for long."
        return f"{said} It was ended there: more than {past} in one slice, the bound that lab.slice_limit sets."


def size_of(message: Any) -> int:
    """Return about how many bytes a message takes, running none of the user's code."""
    size = _own_size(message)
    if type(message) in (list, tuple, set, frozenset) and len(message) <= 100:
        size += sum(map(_own_size, message))
    elif type(message) is dict and len(message) <= 100:
        size += sum(map(_own_size, message.values()))
    return size


def _own_size(value: Any) -> int:
    asked = getattr(type(value), "__sizeof__", None)
    return sys.getsizeof(value) if type(asked) in (MethodDescriptorType, WrapperDescriptorType) else 64


def resident() -> int:
    """Return how many bytes of memory the process uses; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def _module_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


# -- the call that blocks -------------------------------------------------------------------------------


def _blocks_in(stack: Sequence[FrameType], at: int) -> str:
    """Return the call in which the code at a place of a stack waits: ``queue.get()``."""
    if at + 1 < len(stack) and whose_code((above := stack[at + 1]).f_code.co_filename) == LIBRARY:
        return f"{above.f_globals.get('__name__', '')}.{above.f_code.co_name}()"
    frame = stack[at]
    return _called_at(frame.f_code, frame.f_lasti) or "a call"


def _called_at(code: CodeType, instruction: int) -> str:
    """Return the call of an instruction, as the source has it: ``time.sleep()``; "" if there is no source."""
    line, end_line, column, end_column = next(
        itertools.islice(code.co_positions(), max(0, instruction) // 2, None), (None, None, None, None)
    )
    if line is None or end_line is None or column is None or end_column is None:
        return ""
    lines = [text.encode() for text in linecache.getlines(code.co_filename)[line - 1 : end_line]]
    if not lines:
        return ""
    lines[-1] = lines[-1][:end_column]
    lines[0] = lines[0][column:]
    text = b"".join(lines).decode(errors="replace").strip()
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return ""
    called = f"{ast.unparse(node.func)}()" if isinstance(node, ast.Call) else ast.unparse(node)
    return called if len(called) <= 60 else ""


# -- exceptions in another thread -----------------------------------------------------------------------


def _raise_in(ident: int, error: type[BaseException] | None) -> bool:
    """Raise an exception in another thread when it runs next, or take that back; return whether this is possible."""
    try:
        import ctypes

        what = ctypes.py_object(error) if error is not None else None
        return bool(ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), what))
    except (ImportError, AttributeError):
        return False


# -- the thread -----------------------------------------------------------------------------------------

#: The labs that were driven lately. They may go at any time.
_watched: list[weakref.ref[Watch]] = []
_lock = threading.Lock()
_is_watching = False


def begin(watch: Watch) -> None:
    """Watch a lab from here on. It is left again when it has not been driven for a while."""
    global _is_watching
    with _lock:
        if watch.is_watched:
            return
        watch.is_watched = True
        _watched.append(weakref.ref(watch))
        if _is_watching:
            return
        _is_watching = True
    try:
        _thread.start_new_thread(_work, ())
    except RuntimeError:  # Python in a browser has no threads; it is not tried again for each lab
        pass


def _work() -> None:
    global _is_watching
    while True:
        real_sleep(TICK)
        for reference in list(_watched):
            watch = reference()
            if watch is None or not watch.look_safely():
                _leave(reference, watch)
            watch = None  # a lab that nobody else holds goes
        with _lock:
            if not _watched:
                _is_watching = False
                return


def _leave(reference: weakref.ref[Watch], watch: Watch | None) -> None:
    """Watch a lab no longer, unless it is driven again by now."""
    with _lock:
        _watched.remove(reference)
        if watch is not None:
            watch.is_watched = False
    if watch is not None and watch.is_driven():
        begin(watch)


def _forget_thread() -> None:
    """A forked process has only one thread."""
    global _is_watching, _lock
    _is_watching = False
    _lock = threading.Lock()
    for reference in _watched:
        watch = reference()
        if watch is not None:
            watch.is_watched = False
    _watched.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_thread)
