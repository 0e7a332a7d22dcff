"""Whether a virtual clock moves although components can run: because one of them polls it.

The problem
-----------
``while time.time() < end: yield`` waits for a time, and says so to no one. A virtual clock jumps once nothing can run;
a component that polls can always run, so the loop would never end. In real time it does.

When time moves
---------------
A component *polls* if it read the clock in two of its slices, did not pause since, and the last of these reads is at
most :data:`WINDOW` of its slices ago: a loop may yield several times for each look at the clock, or look every tenth
time. Once a poller has read it, the clock moves on by itself, to the next multiple of :data:`STEP`, in two cases, and
stays there until a poller reads it again:

*Quiet.* Every component that can run has had a slice since anything happened, and in these slices nothing happened: no
message reached a component, and none paused, was woken, activated, stopped or ended. Nothing but time can change that.

*Busy.* A poller that sends in each round is never quiet: ``while time.time() < end: self.send("tick"); yield``. In
real time it would send some hundred thousand ticks a second and come to its end. So :data:`BUSY` slices in which the
clock was polled take one step of time as well: ten microseconds a slice, about what a real one takes. A source that
sends a thousand messages and puts the time on each is not affected.

Time is moved for components of the lab alone. A plain ``threading.Thread`` that a component starts is unknown to the
lab, so virtual time does not wait for it: a timeout of a minute beside it is over at once. Code that works in a thread
belongs in a ThreadedComponent, for which time waits.

A system in which components merely yield moves no time: it may compute, and its timers wait, as without this rule.

A loop that polls for ever in silence, and has no limit, runs on and on. Once it has done so for :data:`SILENCE` seconds
of processor time, the lab says who polls, once, and goes on: a virtual hour of polling may be what is wanted.

What happens is taken from what the scheduler has to do at the end of a round, not from the trace, so that a lab which
records nothing decides alike. A message that goes nowhere, or to a component that was never activated, reaches no
component; printing is none of the lab's business.

The decision is one pure function, :func:`next_time`. The clock's moves are part of the run: a replay makes them by
itself. Only the first one is in the journal, with the window, so that a run which was recorded without this rule is
replayed without it, and one that was recorded when a poller had to read the clock in each slice with a window of 0.

Rejected
--------
*A jump to the next timer.* A loop of five seconds beside a timeout of sixty would end at 60 s, after the timeout that
it was meant to beat. Steps never pass a timer, either; an hour of polling takes a second.

*To move after any round in which the clock was read.* The time that a component puts on a message would depend on how
many rounds the other components need, and most components that read the clock do not wait for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from types import CodeType, FrameType
from typing import TYPE_CHECKING

from .describe import name_of
from .frames import module_of
from .lab_time import thread_time
from .naming import whose
from .states import ENDED
from .task import task_of
from .thread_probe import Whereabouts

if TYPE_CHECKING:
    from .microprocess import Microprocess

#: The step, in seconds, by which a polled clock moves; the clock of an operating system ticks about as often.
STEP = 0.01
#: After how many slices a clock that is polled moves although something happens in them.
BUSY = 1000
#: How many slices of a component must read the clock for it to be polling, and how many may lie between two reads.
READS, WINDOW = 2, 20
#: After how many seconds of processor time in which components merely polled this is said; after how many rounds this
#: is looked at.
SILENCE, ROUNDS = 2.0, 4096
#: What a component that polls or merely yields can do instead.
CURE = "await self.sleep(seconds), or yield WaitComplete(self.sleep(seconds)), would wait"


def next_time(now: float, next_timer: float | None, *, polled: bool, quiet: bool, slices: int) -> float | None:
    """Return the time to which a virtual clock moves at the end of a round, or ``None`` if it stays.

    Args:
        now: what time it is, in seconds.
        next_timer: when the next timer is due, or ``None``.
        polled: whether a component that polls the clock has read it since time moved.
        quiet: whether every component that can run has had a slice since anything happened.
        slices: how many slices there were since time moved or the polling began.

    >>> next_time(0.0, 60.0, polled=True, quiet=True, slices=2)
    0.01
    >>> next_time(0.0, 0.004, polled=True, quiet=True, slices=2)
    0.004
    >>> next_time(0.0, 60.0, polled=False, quiet=True, slices=2)
    """
    if not polled or not (quiet or slices >= BUSY):
        return None
    later = round((math.floor(now / STEP + 1e-6) + 1) * STEP, 6)
    if next_timer is None:
        return later
    return None if next_timer <= now else min(later, next_timer)


class Polling:
    """Who reads the clock, from the first read until no component reads it any more; one for a scheduler.

    Args:
        now: what time it was when the last round ended.
        step: the number of the last slice that ended.
        alive: how many components there are.
        window: how many slices of a component that polls may lie between two reads.
    """

    def __init__(self, now: float, step: int, alive: int, window: int = WINDOW) -> None:
        self.window = window
        #: Where each component read the clock last, of those that did in this round.
        self.reads: dict[Microprocess, tuple[CodeType, int]] = {}
        #: Whether this is kept although no component reads the clock.
        self.watched = False
        #: How many rounds ended, and in how many of them nothing happened, or the clock was polled.
        self.rounds = self.spun = 0
        self._places: dict[Microprocess, tuple[CodeType, int]] = {}
        #: How often each component that reads the clock has done so, and how many of its slices have gone by since.
        self._count: dict[Microprocess, int] = {}
        self._since_read: dict[Microprocess, int] = {}
        #: Whether a component that polls has read the clock since time moved.
        self._fresh = False
        self._quiet: set[int] = set()
        self._ran: list[Microprocess] = []
        self._step = step
        self._alive = alive
        self._since, self._first = now, step
        #: In how many rounds in a row nothing happened; in which drive, and since when; whether that was said.
        self._silent = 0
        self._silent_since: tuple[int, float] | None = None
        self._is_told = False

    # -- rounds ---------------------------------------------------------------------------------------

    def end_round(
        self,
        now: float,
        step: int,
        ran: Sequence[Microprocess],
        waiting: Iterable[Microprocess],
        alive: int,
        happened: bool,
    ) -> None:
        """Take note of a round; nothing changes if no slice has run and nothing happened since the last call.

        The round in which the reading begins is never quiet: this did not see all of it.

        Args:
            now: what time it is.
            step: the number of the last slice.
            ran: the components that had a slice in this round and have not ended.
            waiting: those that have paused in it.
            alive: how many components there are.
            happened: whether anything happened in this round, as far as the scheduler knows.
        """
        happened = happened or alive != self._alive
        self._alive = alive
        moved = now != self._since
        if moved:
            self.move(now)
        if happened:
            self._quiet.clear()
        if step == self._step:
            return
        self._step = step
        begins = not self._count
        self._note_reads(ran, waiting)
        polled = bool(self._count)
        if not polled:
            self._quiet.clear()
        elif not (happened or moved or begins):
            self._quiet.update(map(id, ran))
        if moved or not polled:
            self._first = step
        self._ran = [] if happened else list(ran)
        self.rounds += 1
        self.spun += polled or not happened
        if happened or not polled:
            self._silent, self._silent_since = 0, None
        else:
            self._silent += 1
            if self._silent % ROUNDS == 0 and ran:
                self._look(ran[0], now)

    def _look(self, component: Microprocess, now: float) -> None:
        """Say who polls, once, if nothing else has happened in this drive for :data:`SILENCE` seconds of its time."""
        scheduler = task_of(component).scheduler
        if scheduler is None or getattr(scheduler.journal, "replaying", False):
            return
        runtime, spent = scheduler.runtime, thread_time()
        since = self._silent_since
        if since is None or since[0] != runtime.last_driven:
            self._silent_since, self._is_told = (runtime.last_driven, spent), False
        elif not self._is_told and spent - since[1] >= SILENCE and math.isinf(scheduler.deadline) and self.pollers():
            self._is_told = True
            first, *others = self.pollers()
            is_here = runtime.interrupt is not None and runtime.interrupt.installed
            stop = "Interrupt to stop it" if is_here else "lab.pause() stops it"
            runtime.world.report(
                f"{first}{f', and {len(others)} more do so' if others else ''}; nothing else has happened for "
                f"{int(spent - since[1])} s. It is {now:g} s by the lab's clock: does this loop end? {stop}; {CURE}."
            )

    def _note_reads(self, ran: Sequence[Microprocess], waiting: Iterable[Microprocess]) -> None:
        """Count the slices in which each component read the clock; forget those that no longer do."""
        reads, counts, since = self.reads, self._count, self._since_read
        for component in ran:
            if component in reads:
                counts[component] = counts.get(component, 0) + 1
                since[component] = 0
                self._places[component] = reads[component]
                self._fresh = self._fresh or counts[component] >= READS
            elif component in counts:
                since[component] += 1
        gone = (reader for reader in counts if task_of(reader).life in ENDED or since[reader] > self.window)
        for component in (*waiting, *gone):
            counts.pop(component, None)
            since.pop(component, None)
        reads.clear()

    def move(self, now: float) -> None:
        """Take note that it is ``now``: what happens from here on counts."""
        self._since, self._first = now, self._step
        self._fresh = False
        self._quiet.clear()

    def next_time(self, now: float, next_timer: float | None, runnable: Iterable[Microprocess]) -> float | None:
        """Return the time to which the clock moves, or ``None``; ``runnable`` are the components that can run."""
        polled = self._fresh and any(count >= READS for count in self._count.values())
        quiet = bool(self._quiet) and all(id(component) in self._quiet for component in runnable)
        return next_time(now, next_timer, polled=polled, quiet=quiet, slices=self._step - self._first)

    # -- queries --------------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        """Whether no component reads the clock any more."""
        return not (self._count or self.reads or self.watched)

    def pollers(self) -> list[str]:
        """Return a sentence on each component that polls the clock: who, and where."""
        found = []
        for component, count in self._count.items():
            if count >= READS and task_of(component).life not in ENDED:
                code, line = self._places[component]
                where = Whereabouts(code.co_filename, line, code.co_name)
                found.append(f"{name_of(whose(component))} polls the clock at {where}")
        return found

    def spinners(self) -> list[str]:
        """Return a sentence on each component that ran in the last round, if nothing happened in it."""
        return spinners(self._ran)


def spinners(components: Iterable[Microprocess]) -> list[str]:
    """Return a sentence on each of some components that merely yield: who, and where."""
    return [
        f"{name_of(whose(component))} yields in a loop and never waits{_stands(component)}" for component in components
    ]


def _stands(component: Microprocess) -> str:
    """Return the line at which the code of a component stands, in words; "" if that is not known."""
    found: FrameType | None = None
    flow = task_of(component).flow
    for _ in range(100):
        frame = getattr(flow, "gi_frame", None) or getattr(flow, "cr_frame", None)
        if not isinstance(frame, FrameType) or module_of(frame).startswith("kamlab.core."):
            break
        found, flow = frame, getattr(flow, "gi_yieldfrom", None) or getattr(flow, "cr_await", None)
    if found is None:
        return ""
    return f", at {Whereabouts(found.f_code.co_filename, found.f_lineno, found.f_code.co_name)}"


def user_frame(frame: FrameType) -> FrameType:
    """Return the innermost caller of a frame that is not in a module of kamlab; the frame itself if there is none."""
    caller: FrameType | None = frame
    while caller is not None and module_of(caller).startswith("kamlab."):
        if module_of(caller).startswith("kamlab.core."):
            return frame
        caller = caller.f_back
    return caller or frame
