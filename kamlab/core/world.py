"""A world of components: scheduler, clock, services and trace, and what can be asked of them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

from . import worlds
from .calling import one_called, whose
from .cautious import speaks_plainly
from .chance import Chance
from .choice import Chooser
from .clock import Clock, VirtualClock, make_clock
from .component import Component
from .drive import Driven
from .driving import WorldLock
from .errors import ComponentFailed, LabIsRunning
from .events import error_in_words, name_of
from .idle import ThreadIdle
from .microprocess import Microprocess
from .patched_time import real_monotonic
from .register import Register
from .scheduler import Scheduler
from .services import Services
from .timers import Pending, PendingTimers
from .trace import Trace

#: How many failures a lab remembers.
FAILURES_KEPT = 100


class World(Driven):
    """Scheduler, clock, services and trace of one system of components.

    Args:
        clock: what time it is: ``"real"``, ``"virtual"`` (it jumps to the next timer when nothing can
            run, so nothing waits and a run is the same each time), or a clock of your own.
        chooser: who decides what runs next; round robin unless told otherwise.
        record: whether a free run keeps its last events. Steps are recorded in any case.
        trace_limit: how many records a free run keeps.
        on_error: ``"isolate"``: a component that fails is reported and the others go on;
            ``"raise"``: the run stops and raises ComponentFailed.
    """

    #: Called with the lab and the component instead of blocking in ``component.run()``. A front end
    #: sets it on the class (as a ``staticmethod``), for all labs, or on one lab.
    on_run: Callable[[Any, Microprocess], Any] | None = None

    def __init__(
        self,
        *,
        clock: Clock | str | None = None,
        chooser: Chooser | None = None,
        record: bool = True,
        trace_limit: int = 4096,
        on_error: str = "isolate",
    ) -> None:
        if on_error not in ("isolate", "raise"):
            raise ValueError(f"on_error is {on_error!r}; it can be 'isolate' or 'raise'")
        self.clock: Clock = make_clock(clock)
        self.lockstep: bool = isinstance(self.clock, VirtualClock)
        self.chooser = chooser
        self.on_error = on_error
        self._record = record
        self._trace_limit = trace_limit
        #: How long, in seconds, a step waits for the outside when nothing can run.
        self.patience: float = 1.0
        self._generation = 0
        #: Where in its file each writer has begun, or why it could not; the same when the run is played again.
        self.written_from: dict[tuple[int, str], int | OSError] = {}
        self._begin()

    def _begin(self) -> None:
        self.lock: WorldLock = WorldLock()
        self.scheduler: Scheduler = Scheduler(self, self.clock, ThreadIdle(), self.chooser)
        self.scheduler.on_failure = self._note_failure
        self.lock.scheduler = self.scheduler
        self.services: Services = Services()
        #: The dice of this run, under a virtual clock.
        self.chance: Chance | None = Chance(_seed_of(self.chooser)) if isinstance(self.clock, VirtualClock) else None
        self.trace: Trace = Trace(self._trace_limit, self._record, lambda text: self.report(text))
        self.trace.on_hooks_changed = self._hooks_changed
        self.scheduler.log = self.trace.writer(complete=True)
        #: What stays known of components that have ended.
        self.register: Register = Register()
        self.failures: list[Microprocess] = []
        self.failed_count: int = 0
        self._stand_still()

    @property
    def writes_outside(self) -> bool:
        """Whether what components write to files shall get there; not while a run is played again."""
        return True

    def run_component(self, component: Microprocess) -> Any:
        """Do what ``component.run()`` means here: block until all has ended, unless told otherwise."""
        if self.on_run is not None:
            return self.on_run(self, component)
        outcome = self.run()
        if outcome.reason == "stuck":  # Axon would wait for ever without a word
            self.report(f"the run ended early: {outcome}")
        return outcome

    def stop(self, timeout: float = 5.0) -> None:
        """End everything: components, their threads, sockets and timers. The lab can be reset.

        Called from within a slice, that slice is the last one.

        Raises:
            LabIsRunning: a component has not come to its next yield within ``timeout`` seconds.
        """
        if self._closed:
            return
        self._stop_requested = True
        self.pause(timeout)
        if not self.lock.acquire(timeout):
            self._stop_requested = False
            running = self.scheduler.running
            who = running.short_name if running is not None else "somebody who holds the lock"
            raise LabIsRunning(
                f"the lab cannot be stopped: {who} has not given way within {timeout:g} s. Interrupt it, stop again "
                "when it has come to its next yield, or go on with another lab: Lab()."
            )
        try:
            components = list(self.scheduler.members.values())
            for component in components:
                self.scheduler.retire(component)
            self._closed = True
            for component in list(self.scheduler.members.values()):  # activated by one that was closed
                self.scheduler.retire(component)
            self.scheduler.queue.clear()
            self.scheduler.timers.clear()
            self.services.zap()
        finally:
            self.lock.release()
        self._release_outside(components, timeout)

    def _release_outside(self, components: list[Microprocess], timeout: float) -> None:
        """Wait for the threads of components that were stopped, then close the door they came by."""
        deadline = real_monotonic() + timeout
        for component in components:
            join = getattr(component, "join_thread", None)
            if join is not None and not join(max(0.0, deadline - real_monotonic())):
                self.report(f"the thread of {component.short_name} is still busy; it ends at its next send or recv.")
        self.scheduler.idle.close()

    def reset(self) -> Self:
        """Stop everything and begin anew, at step 0; returns the lab."""
        self._check_not_inside("reset")
        self.stop()
        self._generation += 1
        for door in (self.chooser, self.clock):
            restart = getattr(door, "restart", None)
            if restart is not None:
                restart()
        self._begin()
        return self

    # -- looking ----------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """One word: new, running, paused, finished or stopped."""
        if self._closed:
            return "stopped"
        if self.running or self.scheduler.driver is not None:
            return "running"
        if not self.scheduler.members:
            return "finished" if self.scheduler.step else "new"
        return "paused" if self.scheduler.step else "new"

    @property
    def step_number(self) -> int:
        """How many slices have run since the lab began."""
        return self.scheduler.step

    @property
    def components(self) -> list[Component]:
        """The components that are alive, in order of activation."""
        with self.lock:
            return [each for each in self.scheduler.members.values() if isinstance(each, Component)]

    def runnable(self) -> list[Microprocess]:
        """Return who could run now, in the order in which they will."""
        with self.lock:
            return [whose(each) for each in self.scheduler.runnable()]

    def choose(self, component: Microprocess | str) -> None:
        """Let this component have the next slice."""
        with self.lock:
            self.scheduler.choose(self[component] if isinstance(component, str) else component)

    def __getitem__(self, name: str) -> Component:
        """Return the living component that answers to a name.

        The name may be the whole name, the name without its module, a name given by the user or by a
        Graphline, or that of a class of which there is only one component.

        Raises:
            UnknownComponent: none does, or several do.
        """
        return one_called(name, self.components, there="these are alive")

    @property
    def timers(self) -> PendingTimers:
        """The timers that have not fired yet, the earliest first: when each is due, and for whom.

        >>> from kamlab import Component, Lab
        >>> class Nap(Component):
        ...     async def main(self):
        ...         await self.sleep(5)
        >>> with Lab(clock="virtual") as lab:
        ...     _ = Nap().activate()
        ...     _ = lab.step()
        ...     lab.timers
        at 5 s: Nap_1
        """
        with self.lock:
            waiting = self.scheduler.timers.waiting()
            return PendingTimers(
                Pending(timer.when, "the network" if timer.owner is None else name_of(timer.owner)) for timer in waiting
            )

    def __iter__(self) -> Iterator[Component]:
        return iter(self.components)

    def __contains__(self, component: object) -> bool:
        return any(each is component for each in self.scheduler.members.values())

    def __repr__(self) -> str:
        count = len(self.scheduler.members)
        return f"<lab: {self.state}, step {self.step_number}, {count} component{'s' if count != 1 else ''}>"

    # -- being current ------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        worlds.enter(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        worlds.leave(self)
        self.stop()

    # -- failures -------------------------------------------------------------------------------------------

    def _note_failure(self, component: Microprocess, error: BaseException) -> None:
        self.failed_count += 1
        if component._end_record is not None:  # it failed on its way out
            component._end_record.note_error(component)
        self.failures.append(component)
        del self.failures[:-FAILURES_KEPT]
        text = _told(error)
        self.report(f"{component.short_name} failed at step {self.scheduler.step}; the others go on.\n{text}")
        if self.on_error == "raise" and isinstance(error, Exception) and self.scheduler.fatal is None:
            fatal = ComponentFailed(f"{component.short_name} failed: {error_in_words(error)}")
            fatal.__cause__ = error
            self.scheduler.fatal = fatal

    def note_act(self, kind: str, *what: Any) -> None:
        """Called before something is done from outside that could be done again."""

    def note_foreign(self, why: str) -> None:
        """Called when something is done from outside that cannot be done again; ``why`` completes "because"."""

    def note_broken_call(self, error: BaseException) -> None:
        """Called when a call made between two slices, posted or by a timer, raised an error; the run goes on."""
        text = _told(error)
        self.report(f"a call made between two slices failed, at step {self.scheduler.step}; the run goes on.\n{text}")

    def report(self, text: str) -> None:
        """Tell the user something that must not be lost; on stderr unless a front end takes it."""
        print(f"kamlab: {text.rstrip()}", file=sys.stderr, flush=True)

    def note_end(self, component: Microprocess) -> None:
        """Called when a component has ended, to clear up after it."""
        self.services.drop_services_of(component)


def _told(error: BaseException) -> str:
    """Return the traceback of an error, with all that led to it; shorter, where a text in it is not to be trusted."""
    frames = _own_frames(error)
    if all(speaks_plainly(each) for each in _led_to(error)):
        return "".join(traceback.format_exception(type(error), error, frames))
    lines = []
    for each in reversed(_led_to(error)):
        where = frames if each is error else each.__traceback__
        lines += ["Traceback (most recent call last):\n", *traceback.format_tb(where), error_in_words(each), "\n"]
    return "".join(lines)


def _led_to(error: BaseException) -> list[BaseException]:
    """Return an error, those that caused it, and those that it is a group of."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left and len(found) < 1000:
        each = left.pop()
        if each is None or any(each is other for other in found):
            continue
        found.append(each)
        left += [each.__cause__, each.__context__, *(each.exceptions if isinstance(each, BaseExceptionGroup) else ())]
    return found


def _own_frames(error: BaseException) -> TracebackType | None:
    """Return the traceback without the frames of the engine that called the component."""
    tb = error.__traceback__
    while tb is not None and tb.tb_next is not None and os.path.dirname(tb.tb_frame.f_code.co_filename) == _ENGINE:
        tb = tb.tb_next
    return tb


_ENGINE = os.path.dirname(Scheduler.advance.__code__.co_filename)


def _seed_of(chooser: Chooser | None) -> int:
    """Return the seed of a run: that of its chooser, or else 0."""
    seed = getattr(chooser, "seed", 0)
    return seed if type(seed) is int else 0
