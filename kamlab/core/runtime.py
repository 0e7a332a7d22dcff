"""The runtime: the engine of a lab, and the rules about who may run it.

One thread drives at a time: the one that called ``step`` or ``run``, or the one background thread that ``start`` makes.
It holds the lock, handles interrupts, and decides what the trace keeps and whether component threads run freely. While
it waits it releases the lock.

Rejected: an event loop. A cell that blocks on a socket would then block the very server it talks to.
"""

from __future__ import annotations

import itertools
import math
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, cast

from . import watch as watching
from .asyncio_apart import hide_loop
from .box import made_inboxes_of
from .chance import Chance
from .choice import Chooser
from .clock import Clock, VirtualClock, make_clock
from .component import Component
from .context import in_slice
from .drive import Drive, Phase, Stop
from .ended_components import Register
from .errors import BadPace, LabIsClosed, LabIsRunning, SliceEnded
from .events import SENT
from .failures import FailureLog
from .idle import ThreadIdle
from .interrupt import Interrupt
from .lab_time import real_monotonic, real_sleep
from .lock import MOMENT, MOMENTS, LabLock
from .long_slice import LongSlice
from .microprocess import Microprocess
from .never_activated import NO_COMPONENTS, begin_lab, sentence
from .outcome import Brake, Happened, Outcome
from .scheduler import SLICES_PER_POLL, Scheduler
from .services import Services
from .slice_limit import SliceLimit
from .states import STOPPED
from .task import task_of
from .trace import Trace
from .tracebacks import traceback_of
from .watch import ENDABLE, Watch

if TYPE_CHECKING:
    from .world import World

#: How often, in seconds, a thread that waits for the lock checks whether it was interrupted.
LOOK = 0.1

#: How long, in seconds, virtual time waits for a thread that is busy.
THREAD_PATIENCE = 10.0

#: How long, in seconds, it waits at a time before it checks for a request to stop.
GLANCE = 0.1
#: How long, in seconds, a stop waits for a slice that blocks before it goes on without it; how often it strikes.
PATIENCE, STRIKE = 1.0, 0.002

#: Why a second thread cannot drive.
DRIVEN = "another thread drives this lab already; wait for it, or call lab.pause()"

#: Starts a run in the background, with runtime, stop and whether it is for ever, where there are no threads: in some
#: browsers. It returns what has the thread's methods, and an ``end()`` that ends it at once. ``None`` elsewhere.
background_run: Callable[[Any, Stop, bool], Any] | None = None

#: Numbers the steps and runs of all labs.
_drives = itertools.count(1)


class Runtime:
    """The engine of a lab: scheduler, clock, services and trace, and the loop that drives them.

    Args:
        world: the lab that this belongs to.
        clock, chooser, record, trace_limit, on_error: those of :class:`kamlab.Lab`.
    """

    def __init__(
        self,
        world: World,
        *,
        clock: Clock | str | None = None,
        chooser: Chooser | None = None,
        record: bool = True,
        trace_limit: int = 4096,
        on_error: str = "isolate",
    ) -> None:
        if on_error not in ("isolate", "raise"):
            raise ValueError(f"on_error is {on_error!r}; it can be 'isolate' or 'raise'")
        self.world = world
        self.clock: Clock = make_clock(clock)
        #: Whether threads and the network are synchronised with the slices in a free run as well as in steps.
        self.lockstep: bool = isinstance(self.clock, VirtualClock)
        self.chooser = chooser
        self.on_error = on_error
        self._record = record
        self._trace_limit = trace_limit
        #: How long, in seconds, a step waits for the outside when nothing can run.
        self.patience: float = 1.0
        #: How long, in seconds of real time, virtual time waits for a thread that is busy, each time that it is.
        self.thread_patience: float = THREAD_PATIENCE
        #: Runs slices in place of the scheduler if there are breakpoints; ``None`` while there are none.
        self.brake: Brake | None = None
        #: Called with the component and the step number after a slice that was stepped.
        self.on_stepped: Callable[[Microprocess, int], Any] | None = None
        #: The bounds for a slice that has become long.
        self.slice_limit = SliceLimit()
        #: Called with a slice that has become long, on another thread; ``None``: its sentence is reported.
        self.on_long_slice: Callable[[LongSlice], Any] | None = None
        #: What may be wrong if there is nothing to run.
        self.hint: str = ""
        self._pace: float | None = None
        #: Whether a background run goes on when everything has ended, because more is about to be activated.
        self.kept_running: bool = False
        #: The place of the last step or run in the order of those of all labs; 0 if it was never driven.
        self.last_driven: int = 0
        self.begin()

    def begin(self) -> None:
        """Begin at step 0, with nothing in the lab."""
        self._thread: threading.Thread | None = None  # before the lock, so that no older thread drives the new lab
        self.phase: Phase = Phase.STANDING
        self.lock: LabLock = LabLock()
        self.scheduler: Scheduler = Scheduler(self, self.clock, ThreadIdle(), self.chooser)
        self.lock.scheduler = self.scheduler
        self.services: Services = Services()
        #: The random numbers of this run, under a virtual clock.
        self.chance: Chance | None = Chance.of(self.chooser) if isinstance(self.clock, VirtualClock) else None
        self.trace: Trace = Trace(self._trace_limit, self._record, lambda text: self.world.report(text))
        self.trace.on_hooks_changed = self._hooks_changed
        self.scheduler.log = self.trace.writer(complete=True)
        #: Records of components that have ended.
        self.register: Register = Register()
        self.failures: FailureLog = FailureLog(self)
        self.scheduler.on_failure = self.failures.note
        #: Says what has gone wrong where nothing can run any more; ``None``: nobody asks.
        self.name_end: Callable[[World], str] | None = None
        self.outcome: Outcome | None = None
        self.background_error: BaseException | None = None
        self.interrupt: Interrupt | None = None
        #: Its number among the beginnings of all labs; see :mod:`.never_activated`.
        self.number_of_lab = begin_lab()
        self._pausing = self._stopping = False
        self._stopping_thread: int | None = None
        self._stop_interrupted: KeyboardInterrupt | None = None
        self.watch = Watch(self)

    # -- its state ------------------------------------------------------------------------------------

    @property
    def virtual(self) -> bool:
        """Whether the clock of this lab is virtual: moved rather than waited for."""
        return isinstance(self.scheduler.clock, VirtualClock)

    @property
    def running(self) -> bool:
        """Whether the lab runs in the background now."""
        thread = self._thread  # after an interrupted join() Python itself takes a thread that runs for one that ended
        return thread is not None and (thread.is_alive() or thread.ident in sys._current_frames())

    def long_slice(self) -> LongSlice | None:
        """Return the slice that runs now if it has lasted a second, else ``None``. Takes no lock."""
        return self.watch.long_slice()

    @property
    def gate_open(self) -> bool:
        """Whether component threads may run freely: in a free run without lockstep."""
        return self.phase is Phase.RUNNING and not self.lockstep

    @property
    def must_stop(self) -> bool:
        """Whether the lab was asked to stop as soon as it can."""
        interrupt = self.interrupt
        return self._pausing or (interrupt is not None and interrupt.interrupted)

    @property
    def pace(self) -> float | None:
        """How many slices a run has in a second of real time; ``None`` is full speed."""
        return self._pace

    @pace.setter
    def pace(self, pace: float | None) -> None:
        if pace is not None and not (type(pace) in (int, float) and 0 < pace < math.inf):
            raise BadPace(f"pace = {pace!r}: give a number of slices per second above 0, or None for full speed")
        self._pace = pace
        if self.scheduler.driver is not None:
            self.scheduler.attention = True  # so that a run at full speed notices the change at once

    def check_open(self) -> None:
        """Raise LabIsClosed if the lab was stopped."""
        if self.phase is Phase.STOPPED:
            raise LabIsClosed("this lab was stopped; lab.reset() makes a fresh start, Lab() another lab")

    def check_may_drive(self, what: str) -> None:
        """Raise LabIsRunning if ``what`` is called within a slice or a stop(), BuilderDrives if a builder calls it."""
        scheduler = self.scheduler
        if scheduler.driver is not None and scheduler.driver == threading.get_ident():
            running = scheduler.running
            caller = running.short_name if running is not None else "an observer"
            raise LabIsRunning(
                f"{caller} calls {what}() from within its own slice; a component cannot drive the lab that drives it"
            )
        if self._stopping_thread == threading.get_ident():
            raise LabIsRunning(f"{what}() while the lab is being stopped; call it when that is done")
        if scheduler.journal is not None:
            scheduler.journal.end_building(what)

    def why_nothing(self) -> str:
        """Return why a run found nothing to run, if nothing was ever activated; "" otherwise."""
        if self.scheduler.activated:
            return ""
        return "; ".join(filter(None, (sentence(self.number_of_lab), self.hint)))

    # -- driving --------------------------------------------------------------------------------------

    @contextmanager
    def driving(self, phase: Phase, thread: threading.Thread | None = None) -> Iterator[Interrupt]:
        """Make the calling thread the driver, and clean up afterwards.

        The interrupt handler is installed throughout, so that no interrupt is raised in the middle of this.
        """
        stepping = phase is not Phase.RUNNING
        scheduler = self.scheduler
        if self.phase is not Phase.STANDING or scheduler.driver is not None:
            self.check_open()
            self.check_may_drive("step" if stepping else "run")
        other = self._thread
        if other is not None and other is not thread and other.is_alive():
            raise LabIsRunning("the lab runs in the background; call lab.pause() first, then step or run it")
        if scheduler.journal is not None and phase is not Phase.REPLAYING:
            scheduler.journal.before_drive("step" if stepping else "run", not (stepping or self.lockstep))
        interrupt = Interrupt(self)
        interrupt.install()
        try:
            lock = self.lock
            while not lock.acquire(timeout=LOOK):
                if interrupt.interrupted:
                    raise KeyboardInterrupt("Cannot run: another thread holds the lock of this lab.")
            if lock is not self.lock or (thread is not None and thread is not self._thread):
                lock.release()
                raise LabIsClosed("the lab was reset before this run could begin; step or run it again")
            if scheduler.driver is not None:
                lock.release()
                raise LabIsRunning(DRIVEN)
        except BaseException:
            interrupt.uninstall()
            raise
        outer = in_slice.world
        chance, watch = self.chance, self.watch
        show_loop = hide_loop()
        try:
            scheduler.driver = threading.get_ident()
            if phase is not Phase.REPLAYING:
                self.last_driven = next(_drives)
            in_slice.world = self.world
            self.interrupt = interrupt
            if phase is Phase.REPLAYING:
                interrupt.is_patient = True
            watch.seen, watch.looked, watch.context = None, real_monotonic(), copy_context()
            if not watch.is_watched:
                watching.begin(watch)
            if chance is not None:
                chance.enter()
            self._write_to(self.trace.begin(stepping, True))
            scheduler.stepped = stepping
            scheduler.slices_per_poll = 0 if stepping or self.lockstep else SLICES_PER_POLL
            if self.phase is not Phase.STOPPED:  # by another thread, while this one waited for the lock
                self.phase = phase
            if scheduler.outsiders:
                self._tell_outsiders()
            yield interrupt
        finally:
            interrupt.close()
            show_loop()
            if scheduler.given_up:  # the lab has gone on without this thread, and is not touched
                in_slice.world = outer
                scheduler.driver = scheduler.running = None
            else:
                scheduler.contexts.leave()
                if chance is not None:
                    chance.leave()
                if self.phase is phase:  # not stopped meanwhile
                    self.phase = Phase.STANDING
                if scheduler.outsiders:
                    self._tell_outsiders()
                self.interrupt = None
                in_slice.world = outer
                scheduler.driver = scheduler.running = None
                if watch.has_counted:
                    watch.stop_counting()
                scheduler.attention = self._pausing = False
                self._write_to(self.trace.begin(True, False))
                scheduler.stepped = True
                lock.release()
            interrupt.uninstall()
        if interrupt.interrupted:
            raise KeyboardInterrupt(self.interrupted_in_words())

    def interrupted_in_words(self) -> str:
        """Return what an interrupt has done, and which components of the run merely polled or yielded."""
        outcome = self.outcome
        ended_so = outcome is not None and outcome.reason in ("interrupted", "paused")
        spinning = outcome.spinning_in_words if outcome is not None and ended_so else ""
        text = f"the lab was stopped between two slices, at step {self.scheduler.step}; it can go on"
        return f"{text}. {spinning}" if spinning else text

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Watch what components do while they are ended in a ``with`` on this, while no thread drives the lab.

        Raises:
            KeyboardInterrupt: afterwards, if it was interrupted meanwhile.
        """
        watch = self.watch
        if self.scheduler.driver is not None or watch.closer is not None:
            yield
            return
        interrupt = self.interrupt = Interrupt(self)
        interrupt.drive = sys._getframe(2)
        interrupt.install()
        watch.closer = threading.get_ident()
        watch.seen, watch.looked, watch.context = None, real_monotonic(), copy_context()
        if not watch.is_watched:
            watching.begin(watch)
        try:
            yield
        finally:
            interrupt.close()
            watch.closer = self.interrupt = None
            interrupt.uninstall()
        if interrupt.interrupted:
            self.scheduler.attention = False
            raise KeyboardInterrupt(f"{interrupt.words or 'interrupted'} (stopped all the same)")

    def _tell_outsiders(self) -> None:
        """Notify components with a thread whether they may run freely from now on."""

        def number(outsider: Any) -> int:
            return task_of(outsider).number if isinstance(outsider, Microprocess) else 0

        for component in sorted(self.scheduler.outsiders, key=number):
            notice = getattr(component, "gate_changed", None)
            if notice is not None:
                notice()

    def _write_to(self, log: Callable[[Any], Any] | None) -> None:
        """Set the writer that the engine calls with each record; when recording begins or ends, no box stays quiet."""
        if (self.scheduler.log is None) is not (log is None):
            self.rouse_boxes()
        self.scheduler.log = log

    def rouse_boxes(self) -> None:
        """Make the next message of each box take the long way again, on which it is recorded."""
        for component in list(self.scheduler.members.values()):
            for box in list((made_inboxes_of(component) if isinstance(component, Component) else {}).values()):
                box.quiet = box.settled = False

    def _hooks_changed(self) -> None:
        with self.lock:
            self._write_to(self.trace.begin(self.trace.complete, self.scheduler.driver is not None))

    # -- stepping and running -----------------------------------------------------------------------------

    def step(self, timeout: float | None, stop: Stop, advance: Callable[[Scheduler], int] | None = None) -> Happened:
        """Run slices as ``stop`` says and return what happened; see ``Lab.step``."""
        with self.driving(Phase.STEPPING) as interrupt:
            mark, step, now = self.trace.mark(), self.scheduler.step, self.scheduler.now
            patience = self.patience if timeout is None else timeout
            outcome = Drive(self, interrupt, stop, stepping=True, patience=patience, advance=advance).run()
            return Happened(outcome, self.trace.since(mark, step, now))

    def step_round(self, timeout: float | None) -> Happened:
        """Give every runnable component one slice, and return what happened."""
        left = 0

        def one_round(scheduler: Scheduler) -> int:
            """Return 1 once the round is over, 0 if nothing can run or something needs attention first."""
            nonlocal left
            if not left:
                if not scheduler.look_ahead():
                    return 0
                left = len(scheduler.queue)
            while left and scheduler.turn_waits():
                if scheduler.attention or scheduler.fatal is not None:
                    return 0
                left -= (self.brake or scheduler).advance(1)
            left = 0
            return 1

        return self.step(timeout, Stop(limit=1), one_round)

    def step_message(self, timeout: float | None) -> Happened:
        """Run slices until one has delivered a message, and return what happened."""
        seen = self.trace.mark()

        def delivered(_: Any) -> bool:
            nonlocal seen
            fresh, seen = self.trace.has_since(SENT, seen), self.trace.mark()
            return fresh

        return self.step(10 * self.patience if timeout is None else timeout, Stop(condition=delivered))

    def run(self, stop: Stop) -> Outcome:
        """Run freely on this thread until ``stop``, or until nothing can run any more."""
        self._pausing = False
        with self.driving(Phase.RUNNING) as interrupt:
            return Drive(self, interrupt, stop).run()

    # -- the background ----------------------------------------------------------------------------------

    def start(self, stop: Stop, forever: bool = False) -> None:
        """Run in a background thread; ``forever`` keeps the thread when everything has ended."""
        self.check_open()
        if self.running:
            return
        self.check_may_drive("start")
        if self.scheduler.driver is not None:
            raise LabIsRunning(DRIVEN)
        self._pausing = False
        self.background_error = None
        if background_run is not None:
            self._thread = background_run(self, stop, forever)
            return
        thread = threading.Thread(target=self._run_in_background, args=(stop, forever), name="kamlab lab", daemon=True)
        self._thread = thread
        try:
            thread.start()
        except RuntimeError:  # Python in a browser has no threads
            self._thread = None
            raise

    def _run_in_background(self, stop: Stop, forever: bool) -> None:
        me, scheduler = threading.current_thread(), self.scheduler
        try:
            with self.driving(Phase.RUNNING, me) as interrupt:
                outcome = Drive(self, interrupt, stop, background=True, forever=forever).run()
        except BaseException as error:
            if scheduler.given_up:
                return
            if isinstance(error, SliceEnded) and self._stopping:  # it struck between two slices
                return
            if self._thread is me:
                self.background_error = error
            text = f"the background run ended with {type(error).__name__}: {error}\n{traceback_of(error)}"
            self.world.report(text)
        else:
            if outcome.nothing not in ("", NO_COMPONENTS):
                self.world.report(str(outcome))
            if outcome.breakpoints:  # start() returned long ago
                self.world.report("the background run has stopped: " + "; ".join(map(str, outcome.breakpoints)))
        finally:
            if self._thread is me:
                self._thread = None

    def background_is_over(self, run: Any) -> None:
        """Note that a background run without a thread of its own has ended."""
        if self._thread is run:
            self._thread = None

    def pause(self, timeout: float) -> bool:
        """Stop the driver between two slices; return whether the lab stands still.

        A slice that lasts longer than ``timeout`` is reported and not ended: it may be a long computation.
        """
        if self._come_to_rest(timeout):
            return True
        scheduler = self.scheduler
        if scheduler.driver != threading.get_ident():
            found, running = self.watch.long_slice(ENDABLE), scheduler.running
            if found is not None:
                where = f" {found.diagnosis()} It stops at the end of that slice. {found.cure}".rstrip()
            else:
                name = f" {running.short_name} has not come to its next yield." if running is not None else ""
                where = f"{name} It will, at the end of that slice."
            self.world.report(f"the lab has not stopped within {timeout:g} s.{where}")
        return False

    def _come_to_rest(self, timeout: float, ending: bool = False) -> bool:
        """Make the driver stop, and wait until it has; return whether the lab stands still.

        With ``ending`` end a slice that has lasted for long; give up waiting early for one that blocks.
        """
        thread, scheduler = self._thread, self.scheduler
        if thread is not None and background_run is not None:
            cast(Any, thread).end()
        self._pausing = True
        scheduler.attention = True
        scheduler.idle.wake()
        if scheduler.driver == threading.get_ident():
            return False
        if scheduler.driver is not None and self.lock.mine():
            return True
        began, tries = real_monotonic(), 0
        # Not join(): if that is interrupted, Python takes the thread for one that has ended.
        while scheduler.driver is not None or (thread is not None and self._thread is thread):
            waited = real_monotonic() - began
            if waited >= timeout or (ending and waited >= PATIENCE and self.watch.is_blocked()):
                return False
            if ending and self.watch.is_endable():
                self.watch.strike()
            tries += 1
            real_sleep(MOMENT if tries < MOMENTS else STRIKE)
        self._pausing = False
        return True

    def end_long_slice(self, timeout: float) -> bool:
        """End the current slice if it has lasted for long, and pause; return whether the lab stands still."""
        return self._come_to_rest(timeout, ending=True)

    def end_awaited(self, timeout: float) -> str:
        """Pause a run in the background that was interrupted, as :meth:`end_long_slice` does; return what has happened.

        Where the slice cannot be ended the lab is stopped without it.
        """
        failed = self.failures.count
        if not self.end_long_slice(timeout):
            found = self.watch.long_slice(ENDABLE)
            self.world.stop(STRIKE if self.watch.is_blocked() else timeout)
            said = found.diagnosis() if found is not None else "A slice does not end."
            return f"{said} The lab was stopped without it; lab.reset() begins again."
        for component in self.failures.since(failed) if self.failures.count > failed else ():
            error = task_of(component).error
            if isinstance(error, SliceEnded):
                return str(error)
        return self.interrupted_in_words()

    def pause_requested(self) -> bool:
        """Return whether the lab was asked to pause, and clear the request."""
        asked, self._pausing = self._pausing, False
        return asked

    @property
    def stop_requested(self) -> bool:
        """Whether the lab is about to be stopped for good."""
        return self._stopping

    def wait(self, deadline: float | None, real_deadline: float | None) -> None:
        """Block until a timer is due or something comes from outside; the lock is free meanwhile.

        ``deadline`` is a time of the lab's clock, ``real_deadline`` one of the machine's.
        """
        scheduler = self.scheduler
        if scheduler.held:  # time would move, and a component can run
            self._wait_for_threads(self.thread_patience, real_deadline)
            return
        if scheduler.posted or scheduler.wakes:  # requested since the last round, perhaps by this very thread
            return
        if self.virtual and scheduler.idle.sources():  # what has arrived comes before timers due later
            scheduler.idle.dispatch()
            if scheduler.posted or scheduler.wakes:
                return
        timer = scheduler.next_timer()
        times = [when for when in (timer, deadline) if when is not None]
        if scheduler.outsiders and times and self.virtual:
            bound = self.thread_patience
            if deadline is not None and deadline == min(times):  # a limit of the user, for real time as well
                bound = min(bound, max(0.0, deadline - scheduler.time()))
            if self._wait_for_threads(bound, real_deadline):
                return
        self.watch.waits += 1
        self.lock.release()
        try:
            if times or real_deadline is None:
                scheduler.clock.wait(scheduler.idle, min(times) if times else None)
            else:
                scheduler.idle.wait(max(0.0, real_deadline - real_monotonic()))
        finally:
            self.lock.acquire()
            self.watch.waits += 1
        if self.virtual:
            scheduler.note_jump()
            if scheduler.journal is not None and times and (timer is None or deadline == min(times) != timer):
                scheduler.journal.outside("time", deadline)
        scheduler.idle.dispatch()

    def _wait_for_threads(self, bound: float, real_deadline: float | None) -> bool:
        """Wait a moment, in real time, for threads that are busy; return whether there are any.

        Each is waited for up to ``bound`` seconds in all; one that stays away longer than ``thread_patience`` is
        reported. Time in which the machine was busy with other things, so that this did not wake up, counts little.
        """
        scheduler = self.scheduler
        busy = scheduler.busy_threads(bound)
        if not busy:
            return False
        began = real_monotonic()
        moment = GLANCE if real_deadline is None else min(GLANCE, max(0.0, real_deadline - began))
        self.watch.waits += 1
        self.lock.release()
        try:
            scheduler.idle.wait(moment)
        finally:
            self.lock.acquire()
            self.watch.waits += 1
        passed = min(real_monotonic() - began, 2 * GLANCE)
        for component in busy:
            if component.was_waited_for(passed) >= self.thread_patience and component.elsewhere is not None:
                self.world.report(
                    f"the thread of {component.short_name} has been busy for {self.thread_patience:g} s, in "
                    f"{component.elsewhere}; virtual time goes on without it. Set lab.thread_patience to wait longer."
                )
        scheduler.idle.dispatch()
        return True

    # -- the end ---------------------------------------------------------------------------------------------

    def stop(self, timeout: float) -> list[Microprocess]:
        """End all components; return those that were alive, whose threads :meth:`close` waits for.

        Raises:
            LabIsRunning: a thread has not released the lock within ``timeout`` seconds, and no slice is to blame.
        """
        self._stopping = True
        lock = self.lock
        try:
            rests = self._come_to_rest(timeout, ending=True)
            acquired = lock.acquire(timeout if rests or not self.watch.is_endable() else 0)
        except BaseException:
            self._stopping = False
            raise
        if not acquired and (timeout >= PATIENCE or self.watch.is_blocked()) and self._can_give_up():
            self._give_up()
            acquired = self.lock.acquire(timeout)
        if not acquired:
            self._stopping = False
            running = self.scheduler.running
            holder = running.short_name if running is not None else "a thread that holds the lock"
            raise LabIsRunning(
                f"the lab cannot be stopped: {holder} has not given way within {timeout:g} s. Interrupt it, stop again "
                "when it has come to its next yield, or go on with another lab: Lab()."
            )
        scheduler = self.scheduler
        outer, self._stopping_thread = self._stopping_thread, threading.get_ident()
        components = list(scheduler.members.values())
        try:
            with self.ending():
                for component in components:
                    if component.id in scheduler.members:  # its chassis has not stopped it already
                        scheduler.retire(component)
                self.phase = Phase.STOPPED
                for component in list(scheduler.members.values()):  # activated by one that was closed
                    scheduler.retire(component)
                scheduler.queue.clear()
                scheduler.timers.clear()
                self.services.zap()
        except KeyboardInterrupt as error:
            if self.phase is not Phase.STOPPED:
                raise
            self._stop_interrupted = error
        finally:
            self._stopping_thread = outer
            lock.release()
        return components

    def _can_give_up(self) -> bool:
        """Return whether a slice that cannot be ended holds the lab up."""
        driver = self.scheduler.driver
        return driver is not None and driver != threading.get_ident() and self.watch.is_endable()

    def _give_up(self) -> None:
        """Go on without the thread that drives: it is in a slice that does not end.

        When that thread comes back, it finds that everything has been stopped, and it drives nothing any more.
        """
        scheduler, running = self.scheduler, self.scheduler.running
        found = self.watch.long_slice(ENDABLE)
        self.world.report(
            f"{found.diagnosis() if found is not None else 'A slice does not end.'} "
            "It cannot be ended from outside, so the lab was stopped without it: its thread is left alone, and ends "
            "when that call returns. lab.reset() begins again."
        )
        scheduler.given_up = scheduler.attention = True
        scheduler.log = None
        if running is not None:
            scheduler.members.pop(running.id, None)
            task_of(running).life = STOPPED
        if self.chance is not None:
            self.chance.give_up()
        self._thread = None
        self.lock.give_up()

    def close(self, components: list[Microprocess], timeout: float) -> None:
        """Wait for the threads of components that were stopped, then close the means by which they are woken.

        Raises:
            KeyboardInterrupt: the stop before was interrupted.
        """
        deadline = real_monotonic() + timeout
        for component in components:
            join = getattr(component, "join_thread", None)
            if join is not None and not join(max(0.0, deadline - real_monotonic())):
                self.world.report(
                    f"the thread of {component.short_name} is still busy; it ends at its next send or recv."
                )
        self.scheduler.idle.close()
        interrupted, self._stop_interrupted = self._stop_interrupted, None
        if interrupted is not None:
            raise interrupted
