"""A watch on every slice: which slice runs for long, at which line, and what ends it.

A component that never comes to its next ``yield`` holds up its whole lab without a word. So one thread for all labs of
the process looks at each lab that is driven, ten times a second: if it sees the same slice as the time before, it notes
since when. After :data:`LONG` seconds it reports that slice, once, with the line of the user's code. A slice that ends
in time costs nothing, since nothing is counted or noted while it runs.

The same holds for what the engine calls between two slices: a timer, an observer, the condition of a run. There only
a stack with user code on it is reported, and never while the lab waits. And it holds for what components do when they
are ended, also where no thread drives the lab: ``finally`` and ``close_down``.

*The bound.* From then on a :class:`~.slice_limit.Counter` counts the events and the bytes of the slice: it takes the
place of the writer that the engine calls with each record anyway (``Scheduler.log``), and past the bound it refuses the
message and raises :class:`~.errors.SliceEnded` in the component's own ``send``. Messages that fill the memory in less
than a second are counted sooner: once the process has grown by :data:`GROWTH` within one slice. So the thread checks
how much memory the process uses fifty times a second, and looks at the labs at once when that has grown.

*Memory without messages.* A list that grows without end fills the memory faster than any notice is read. So a slice in
which the process grows past ``slice_limit.memory`` is ended, if it grows on and on: at several looks in a row, before
each of which the thread had given way to the watching one, as it does between two instructions. One call that
allocates a lot, an array of NumPy's for one, is a single step in that count, or none, since it runs without the
interpreter or keeps it; and what has stopped growing is left alone. A loop that builds a long list of its own in one
slice cannot be told from one that does not end: the sentence names the bound, which can be set.

*Ending a slice.* On the main thread a signal does it, in the background an exception that is raised from another
thread; see :class:`~.interrupt.Interrupt`. Python raises that wherever the thread stands, which may be in the middle of
the engine, so it is done only while the innermost frame is the user's: a thread that waits for the interpreter
continues exactly where it stands, and begins with the exception. What never returns to Python's own code, such as
``sum(itertools.count())``, cannot be ended.

Rejected: a counter or a clock in ``Scheduler.advance``, which every slice would pay for; ``sys.settrace`` for all
background runs, for the same reason; a bound on memory alone, which an honest large array would break; sizes taken by
the boxes of a run that is not recorded, where a message costs little more than ``deque.append``.
"""

from __future__ import annotations

import _thread
import contextvars
import os
import threading
import traceback
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from .blocking_call import Standstill, blocking_call
from .describe import name_of
from .frames import USER, frames_above, innermost_of_user, module_of, place_of, whose_code
from .lab_time import real_monotonic, real_sleep
from .long_slice import LongSlice, is_called_within
from .memory_growth import Growth, resident
from .naming import whose
from .slice_limit import LONG, Counter, grown_past
from .thread_probe import times_waited
from .thread_relay import Relayed

if TYPE_CHECKING:
    from .runtime import Runtime

#: Seconds between two looks, and after how many at a lab that is not driven the thread leaves it.
TICK = 0.1
IDLE_TICKS = 20
#: Seconds between two looks at the memory alone; by how many bytes it grows in between for the labs to be looked at.
GLANCE = 0.02
SURGE = 8 << 20
#: From how many seconds on a slice may be ended, and when its thread is first observed.
ENDABLE = 0.5
OBSERVED = 0.3
#: By how many bytes the process grows within one slice before its messages are counted.
GROWTH = 24 << 20
#: From how many bytes, or items, in large messages of one slice on they are counted without waiting for a look.
MUCH = 4 << 20

#: Modules of debuggers: a slice in which the user looks around is not reported.
_DEBUGGERS = frozenset(("bdb", "pdb", "debugpy", "pydevd", "_pydevd_bundle", "ipdb"))


class Watch:
    """What is known of the slice that one lab runs now.

    Attributes and methods may be used by any thread; none of them takes the lab's lock.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        #: Which slice was seen last, and when first; ``None`` at the beginning of a drive.
        self.seen: tuple[Any, float] | None = None
        #: When the watching thread has looked last, or the drive has begun.
        self.looked = 0.0
        #: Counts the beginnings and the ends of waits for something to do: an odd number is a wait.
        self.waits = 0
        #: Which component is being ended, and which thread does that where none drives the lab.
        self.closing: Any = None
        self.closer: int | None = None
        #: Whether a failure is being reported, which is no part of the slice.
        self.is_reporting = False
        #: Whether an interrupt ends a background run, too: a cell awaits it.
        self.is_awaited = False
        #: In which context the drive began: front ends find the cell by it.
        self.context: contextvars.Context | None = None
        #: Whether the watching thread knows of this lab; whether a slice of this drive was counted.
        self.is_watched = False
        self.has_counted = False
        self._idle_ticks = 0
        self._told = False
        self._standstill = Standstill()
        self._growth = Growth(0)
        self._waited: int | None = None
        self._verdict: tuple[Any, str] | None = None
        self._counter: Counter | None = None
        #: The step in which large messages were sent last, and how large they were together.
        self._large = (0, 0)

    # -- asking ---------------------------------------------------------------------------------------

    def seconds(self) -> float:
        """Return for how long, at least, the lab has been where it is; 0 if that was not seen yet."""
        seen = self.seen
        return real_monotonic() - seen[1] if seen is not None and seen[0] == self.present() else 0.0

    def is_driven(self) -> bool:
        """Return whether a thread drives the lab now, or ends components of it."""
        runtime = self._runtime
        return self.driver() is not None and not runtime.scheduler.given_up and runtime.watch is self

    def driver(self) -> int | None:
        """Return the thread that drives the lab, or else that ends components of it."""
        driver = self._runtime.scheduler.driver
        return driver if driver is not None else self.closer

    def is_waiting(self) -> bool:
        """Return whether the lab waits for something to do."""
        return self.waits % 2 == 1

    def is_endable(self, by_handler: bool = False) -> bool:
        """Return whether an interrupt or a stop ends the present slice, rather than waiting for its end.

        ``by_handler``: the thread that drives asks, in the handler of a signal. Where it has kept the interpreter to
        itself for so long, the watching thread could not look.
        """
        if not self.is_driven() or self.is_waiting() or self.is_reporting:
            return False
        if by_handler and _is_watching and self.looked and real_monotonic() - self.looked >= ENDABLE + TICK:
            present = self.present()
            if self.seen is None or self.seen[0] != present:
                self.seen = present, self.looked
        return self.seconds() >= ENDABLE or self.verdict() != ""

    def verdict(self) -> str:
        """Return why the present slice has to end, past a bound; "" if it need not."""
        verdict = self._verdict
        return verdict[1] if verdict is not None and verdict[0] == self.present() else ""

    def long_slice(self, least: float = LONG) -> LongSlice | None:
        """Return the slice that runs now if it has lasted so many seconds, else ``None``."""
        seconds = self.seconds()
        if seconds < least or not self.is_driven() or self.is_waiting() or self.is_reporting:
            return None
        found = self._looked_at(seconds, self._stack())
        return found if self.seconds() >= least else None  # it has ended meanwhile

    def is_blocked(self) -> bool:
        """Return whether the present slice is blocked in a call."""
        found = self.long_slice(ENDABLE)
        return found is not None and found.blocks_in is not None

    def present(self) -> tuple[int, ...]:
        """Return what tells a slice, a call between two of them, and the end of a component from each other."""
        scheduler = self._runtime.scheduler
        return scheduler.step, scheduler.rounds, id(scheduler.running), self.waits, id(self.closing)

    def _stack(self) -> list[FrameType]:
        interrupt = self._runtime.interrupt
        return frames_above(self.driver(), interrupt.drive if interrupt is not None else None)

    def _whose(self) -> Any:
        runs = self.closing if self.closing is not None else self._runtime.scheduler.running
        return whose(runs) if runs is not None else None

    def _looked_at(self, seconds: float, stack: Sequence[FrameType]) -> LongSlice | None:
        if any(module_of(frame).partition(".")[0] in _DEBUGGERS for frame in stack):
            return None
        at = innermost_of_user(tuple([frame.f_code for frame in stack]))
        component, is_end = self._whose(), self.closing is not None
        is_users = at is not None and whose_code(stack[at].f_code.co_filename) == USER
        if component is None and not is_users:
            return None
        if component is not None and not is_users:
            where = component.thread_frame() if isinstance(component, Relayed) else None
            if where is not None:
                return LongSlice(component, seconds, f"line {where.line} of {where.function}()", in_thread=True)
        if at is None:
            return LongSlice(component, seconds, cure=self._cure(False, None), is_end=is_end)
        is_called = component is not None and is_called_within(stack, at)
        blocks_in = blocking_call(stack, at) if self._standstill.lasts(self.driver(), stack) else None
        cure = self._cure(component is not None and not is_called and not is_end, blocks_in)
        return LongSlice(component, seconds, place_of(stack[at]), blocks_in, cure, is_called=is_called, is_end=is_end)

    def _cure(self, is_slice: bool, blocks_in: str | None) -> str:
        interrupt = self._runtime.interrupt
        if self.is_awaited or (interrupt is not None and interrupt.installed):
            cure = "Interrupt to end it"
        elif self.closer is not None:
            return ""
        elif blocks_in is not None:
            cure = "lab.stop() or lab.reset() goes on without it"
        else:
            cure = "lab.stop() or lab.reset() ends it"
        elsewhere = is_slice and blocks_in is not None
        return f"{cure}; code that blocks belongs in a ThreadedComponent." if elsewhere else f"{cure}."

    # -- watching -------------------------------------------------------------------------------------

    def look_safely(self, before: int, used: int) -> bool:
        """Look at the lab; return whether to look again. Called by the watching thread.

        ``before`` and ``used`` are how many bytes the process used a moment ago, and uses now.
        """
        if not self.is_driven():
            self.seen = None
            self._idle_ticks += 1
            return self._idle_ticks < IDLE_TICKS
        self._idle_ticks = 0
        try:
            self._look(before, used)
        except Exception:  # a report that fails must not end the watch
            traceback.print_exc()
        return True

    def _look(self, before: int, used: int) -> None:
        """Note which slice runs; report and bound one that has lasted, and end one that has to end."""
        present, now = self.present(), real_monotonic()
        self.looked = now
        seen = self.seen
        if seen is None or seen[0] != present:
            self._told, self._standstill, self._growth = False, Standstill(), Growth(before)
            self.seen = seen = present, now
        if self.is_waiting():
            return
        seconds = now - seen[1]
        if self._whose() is not None:
            self._bound(seconds, used)
        self._end_if_asked(seconds)
        if seconds >= LONG and not self._told:
            found = self.long_slice()
            if found is not None:
                self._told = True
                self._tell(found)
        if seconds >= OBSERVED:
            self._standstill.observe(self.driver(), self._stack())

    def _end_if_asked(self, seconds: float) -> None:
        """End the slice, or try again to end it: it is past its bound, or an interrupt came when it was young."""
        interrupt = self._runtime.interrupt
        if interrupt is None or self.is_reporting:
            return
        is_verdict = self.verdict() != ""
        if not is_verdict and (not interrupt.interrupted or interrupt.is_patient or seconds < ENDABLE):
            return
        if interrupt.installed:
            interrupt.send()
        elif is_verdict:
            self.strike()

    def _tell(self, found: LongSlice) -> None:
        hook = self._runtime.on_long_slice
        if found.in_thread and hook is None:  # a thread is for code that blocks, and the lab does not wait for long
            return
        context = self.context if self.context is not None else contextvars.Context()
        if hook is not None:
            context.run(hook, found)
        else:
            context.run(self._runtime.world.report, found.sentence())

    def _bound(self, seconds: float, used: int) -> None:
        """Count the events of the slice from now on if it is long, or makes the process grow; bound its memory."""
        limit, growth = self._runtime.slice_limit, self._growth
        is_long, grows = seconds >= LONG, used - growth.base >= GROWTH
        if (is_long or grows) and self.closing is None and any(bound is not None for bound in limit):
            self._count()
        grown = growth.note(used, counts=grows and self._has_given_way())
        pauses = self._runtime.scheduler.pauses
        if is_long and limit.events is not None and len(pauses) > limit.events:  # of which one record tells
            self._condemn(f"more than {limit.events:,} events in one slice")
        if limit.memory is not None and grown > limit.memory and growth.is_steady():
            self._condemn(grown_past(limit.memory))

    def _has_given_way(self) -> bool:
        """Return whether the driver has waited since it was asked last, as it does between two instructions."""
        before, self._waited = self._waited, times_waited(self.driver())
        return self._waited is None or self._waited != before

    def _condemn(self, past: str) -> None:
        """Have the slice end, with what is said of it."""
        if not self.verdict():
            present = self.present()
            self._verdict = (present, self.in_words(past))

    def in_words(self, past: str) -> str:
        """Return what is said of a slice that has passed the bound."""
        found = self.long_slice(0.0)
        said = found.diagnosis() if found is not None else "It has been in one slice for long."
        return f"{said} It was ended there: {past}, the bound that lab.slice_limit sets."

    def note_large(self, size: int) -> None:
        """Take note of a large message; many in one slice are counted at once, since they fill the memory quickly."""
        step, (last, before) = self._runtime.scheduler.step, self._large
        self._large = (step, size + (before if last == step else 0))
        if self._large[1] >= MUCH and not self.has_counted:
            self._count()

    def _count(self, must_end: bool = False) -> None:
        """Put the counter in the place of the engine's writer, to bound the slice or to end it."""
        self.has_counted = True
        with _lock:
            scheduler = self._runtime.scheduler
            if scheduler.running is None or scheduler.driver is None or not self.is_driven():  # it has ended meanwhile
                return
            if self._counter is None or self._counter.step != scheduler.step:
                self._leave_writer()
                is_known = self.seen is not None and self.seen[0] == self.present()
                self._counter = Counter(self, self._runtime, self._growth.base if is_known else resident())
            counter = self._counter
            counter.must_end = counter.must_end or must_end
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
        return self.verdict() or (counter.words if counter is not None else "")

    def broken_off(self, how: str, stack: Sequence[FrameType], line: int | None = None) -> str:
        """Return what is said of the present slice where it is ended: "Busy_1 was interrupted in a slice that ...".

        ``stack`` are the frames that the drive has called, ``line`` where the innermost one stood. This takes no lock,
        since a signal handler calls it.
        """
        at = innermost_of_user(tuple([frame.f_code for frame in stack]))
        component, seconds = self._whose(), self.seconds()
        is_called = component is not None and at is not None and is_called_within(stack, at)
        is_slice = component is not None and not is_called and self.closing is None
        lasted = f"{int(seconds)} s" if seconds >= 1 else f"{seconds:.1f} s"
        is_long = seconds >= ENDABLE
        if is_called:
            who = f"A call that the lab makes in a slice of {name_of(component)}"
        else:
            who = name_of(component) if component is not None else "A call between two slices"
        if is_slice:
            when = f" in a slice that had lasted {lasted}" if is_long else " in the middle of its slice"
        else:
            when = f"{' while it closed,' if self.closing is not None else ''} after {lasted}" if is_long else ""
        place = f", at {place_of(stack[at], line if at == len(stack) - 1 else None)}" if at is not None else ""
        if not is_long or (self._standstill.is_long and not is_slice):
            advice = ""
        elif self._standstill.is_long:
            advice = "; code that blocks belongs in a ThreadedComponent"
        else:
            advice = "; is a yield or await missing?" if is_slice else "; does this loop end?"
        return f"{who} was {how}{when}{place}{advice}"

    def strike(self) -> bool:
        """End the present slice, from another thread, if that stands in the user's code now; return whether it did.

        Called again and again until the slice has ended.
        """
        driver, interrupt = self.driver(), self._runtime.interrupt
        if driver is None or driver == threading.get_ident() or interrupt is None or self.is_reporting:
            return False
        if interrupt.installed:
            return interrupt.send()
        # A thread that blocks would not notice, and an exception that waits for it would slow down all other threads.
        if self._standstill.is_long:
            return False
        if self.closing is None:  # a loop that sends is in the engine nearly always: its next message is refused
            self._count(must_end=True)
        return interrupt.strike(self.present)

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Report a failure in a ``with`` on this: nothing ends that from outside."""
        self.is_reporting = True
        try:
            yield
        finally:
            self.is_reporting = False


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
        _thread.start_new_thread(_work, (resident(),))
    except RuntimeError:  # Python in a browser has no threads; it is not tried again for each lab
        pass


def _work(used: int) -> None:
    """Look at the labs ten times a second, and at once when the memory grows quickly."""
    global _is_watching
    looked, used_then = real_monotonic(), used
    while True:
        real_sleep(GLANCE)
        before, used = used, resident()
        if used < used_then + SURGE and real_monotonic() - looked < TICK:
            used_then = min(used, used_then)
            continue
        looked, used_then = real_monotonic(), used
        for reference in list(_watched):
            watch = reference()
            if watch is None or not watch.look_safely(before, used):
                _leave(reference, watch)
            watch = None  # a lab that nothing else holds goes
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
