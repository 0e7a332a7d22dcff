"""The breakpoints of a lab, and how they stop a drive.

What happens within slices is told by the table of hooks of the trace, so nobody pays for a kind of
event that no breakpoint is about. Who is *going to* run is known between two slices only; so where
there is any breakpoint a drive goes through :meth:`BreakpointTable.advance` instead of the scheduler's own,
one slice at a time: it ends the round if that is due, looks who comes next, runs that slice, and
looks again. Where there is none, ``runtime.brake`` is ``None`` and the scheduler's loop is what it was.

Whatever is hit is only noted, with a call for attention; the drive then ends between two slices.
A run with breakpoints is the same run as one without: what was looked at ahead (the round that was
ended, the choice that was drawn) is used when the run goes on. So it was rejected to put something
in the place of a component's generator: each stop would have been a slice.

What is done by hand while the lab stands still hits nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kamlab.core.errors import listed
from kamlab.core.events import KINDS, Event, describe, error_in_words, name_of, shorten
from kamlab.core.microprocess import Microprocess
from kamlab.core.outcome import Outcome
from kamlab.core.states import RUNNABLE

from .breakpoint import BadBreakpoint, Breakpoint, Hit, aim_of, call_in_words, kinds_of

if TYPE_CHECKING:
    from kamlab.core.scheduler import Scheduler
    from kamlab.core.world import World


class Ahead:
    """A chooser whose choice can be known before it is made: it asks the real one once, and keeps the answer."""

    def __init__(self, chooser: Any) -> None:
        self._chooser = chooser
        self._drawn: Microprocess | None = None

    def look(self, runnable: Sequence[Microprocess]) -> Microprocess:
        """Return whom :meth:`choose` would pick."""
        if self._drawn is None or self._drawn not in runnable:
            self._drawn = runnable[self._chooser.choose(runnable)]
        return self._drawn

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the one who was looked at, if there is one."""
        picked = self.look(runnable)
        self._drawn = None
        return runnable.index(picked)


class BreakpointTable:
    """All breakpoints of a lab, and what they hit in the drive that is on."""

    def __init__(self, lab: World) -> None:
        self.lab = lab
        self.breakpoints: list[Breakpoint] = []
        self._numbers: itertools.count[int] = itertools.count(1)
        self._hook = self._note  # one and the same object each time: the trace tells hooks apart by that
        self._listens: tuple[Any, tuple[str, ...]] = (None, ())
        self._hits: dict[Breakpoint, Hit] = {}
        self._met: dict[Breakpoint, Event] = {}
        self._errors: list[BadBreakpoint] = []
        self._standing: tuple[Microprocess, int] | None = None

    # -- the set of them ----------------------------------------------------------------------------------

    def add(
        self,
        what: Any,
        kind: str | Iterable[str] | None,
        message: Any,
        when: Callable[[Any], Any] | None,
        queue: int | None,
        after: bool,
        once: bool,
    ) -> Breakpoint:
        """Check the arguments of ``lab.break_on``, and add the breakpoint that they describe."""
        aim = aim_of(self.lab, what)
        kinds = kinds_of(self.lab, aim, kind, message, queue, after)
        if when is not None and not callable(when):
            raise BadBreakpoint(f"break_on(when={shorten(when)}): give a predicate on the lab, such as lambda lab: ...")
        if not kinds and aim.subject is None and when is None:
            raise BadBreakpoint(
                "break_on() has no condition. Give a component or a box, or one or more of kind=, message=, when= and "
                f"queue=. These components are alive: {listed(map(name_of, self.living()))}."
            )
        breakpoint = Breakpoint(self, next(self._numbers), aim, kinds, message, when, queue)
        breakpoint.once = bool(once)
        self.change(lambda: self.breakpoints.append(breakpoint))
        return breakpoint

    def clear(self) -> None:
        """Remove all of them."""
        if self.breakpoints:
            self.change(self.breakpoints.clear)

    def change(self, act: Callable[[], Any]) -> None:
        """Do something to the breakpoints, between two slices, and have a drive that is on take note of it."""
        with self.lab.lock:
            act()
            self._arm()
            if self.lab.scheduler.driver is not None:
                self.lab.scheduler.attention = True

    def forget(self, breakpoint: Breakpoint) -> None:
        """Take one off the list."""
        if breakpoint in self.breakpoints:
            self.breakpoints.remove(breakpoint)

    def rearm(self) -> None:
        """Begin anew in a lab that was reset."""
        for breakpoint in self.breakpoints:
            breakpoint.aim.renew()
            breakpoint.was = None
        self._hits.clear()
        self._met.clear()
        self._errors.clear()
        self._standing = None
        self._listens = (None, ())  # whoever made the new trace may have handed our hook on, or not
        self._arm()

    def _arm(self) -> None:
        """Listen to the kinds of event that are wanted, and be in the way of a drive if anything is."""
        active = self._active()
        kinds = {kind for breakpoint in active for kind in breakpoint.kinds}
        trace = self.lab.trace
        listens = (trace, tuple(kind for kind in KINDS if kind in kinds))
        if listens != self._listens:
            trace.detach(self._hook)
            if kinds:
                trace.attach(self._hook, listens[1])
            self._listens = listens
        self.lab.runtime.brake = self if active or self.has_hit else None

    def _active(self) -> list[Breakpoint]:
        return [breakpoint for breakpoint in self.breakpoints if breakpoint.enabled]

    def living(self) -> list[Microprocess]:
        """Return who is alive."""
        return list(self.lab.scheduler.members.values())

    # -- a drive -------------------------------------------------------------------------------------------

    @property
    def has_hit(self) -> bool:
        """Whether the drive shall stop now."""
        return bool(self._hits or self._errors)

    def advance(self, limit: int) -> int:
        """Run at most ``limit`` slices, as the scheduler does, with a look before and after each."""
        scheduler: Scheduler = self.lab.scheduler
        self._look_first()
        ran = 0
        while ran < limit and not scheduler.attention:
            coming = self._coming(scheduler)
            self._settle()
            if coming is None or self._stops_before(coming) or scheduler.attention:
                break
            ran += scheduler.advance(1)
            self._look_after()
            if scheduler.fatal is not None:
                break
        return ran

    def _coming(self, scheduler: Scheduler) -> Microprocess | None:
        """Return who has the next slice, ending the round if that is due; ``None`` if nobody can run."""
        if not scheduler.look_ahead():
            return None
        chooser, queue = scheduler.chooser, scheduler.queue
        if chooser is None:
            return queue[0]
        picked = scheduler.picked  # by the user
        if picked is not None and picked._life is RUNNABLE and picked in queue:
            return picked
        if not isinstance(chooser, Ahead):
            chooser = scheduler.chooser = Ahead(chooser)
        return chooser.look(tuple(component for component in queue if component._life is RUNNABLE))

    # -- looking -------------------------------------------------------------------------------------------

    def _look_first(self) -> None:
        """Ask predicates on the lab for the first time, so that it is known when they become true."""
        for breakpoint in self._active():
            if breakpoint.watches_lab and breakpoint.was is None:
                assert breakpoint.when is not None
                try:
                    breakpoint.was = bool(breakpoint.when(self.lab))
                except Exception:  # it will raise that again after the slice
                    breakpoint.was = False
                except BaseException as error:  # an interrupt: it hangs
                    self._spoilt(breakpoint, breakpoint.when, "the lab", error)

    def _stops_before(self, coming: Microprocess) -> bool:
        """Stop before this component runs, if somebody wants that and it is not where the lab stopped last."""
        scheduler = self.lab.scheduler
        if self._standing is not None and self._standing[0] is coming and self._standing[1] == scheduler.step:
            return False
        what = f"{name_of(coming)} is next"
        for breakpoint in self._active():
            if breakpoint.looks_ahead and breakpoint.aim.is_about(coming) and self._when_holds(breakpoint, what):
                self._standing = (coming, scheduler.step)
                self._hit(breakpoint, what)
        return self.has_hit

    def _look_after(self) -> None:
        """Look at what has to be asked after a slice."""
        self._settle()
        for breakpoint in self._active():
            if breakpoint.watches_lab:
                before, breakpoint.was = breakpoint.was, self._when_holds(breakpoint, "the lab after the slice")
                if breakpoint.was and not before:
                    self._hit(breakpoint, "it has come true")

    def _settle(self) -> None:
        """Ask, for the events that met a breakpoint in the last slice, whether its predicate holds as well."""
        while self._met:
            breakpoint, event = self._met.popitem()
            what = _in_words(event)
            if self._when_holds(breakpoint, what):
                self._hit(breakpoint, what, event)

    def _note(self, event: Event) -> None:
        """Take an event from the trace, in the middle of a slice."""
        lab = self.lab
        scheduler = lab.scheduler
        if scheduler.driver is None:
            return
        if event.step != scheduler.step:  # the hook was attached since the slice began
            event = replace(event, step=scheduler.step, time=scheduler.now)
        for breakpoint in self._active():
            if event.kind not in breakpoint.kinds or breakpoint in self._hits or breakpoint in self._met:
                continue
            try:
                met = breakpoint.met_by(event)
            except BaseException as error:  # an interrupt of a predicate that hangs, too
                self._spoilt(breakpoint, breakpoint.message, _in_words(event), error)
                continue
            if met and breakpoint.when is not None:
                self._met[breakpoint] = event
            elif met:
                self._hit(breakpoint, _in_words(event), event)

    def _when_holds(self, breakpoint: Breakpoint, what: str) -> bool:
        if breakpoint.when is None:
            return True
        try:
            return bool(breakpoint.when(self.lab))
        except BaseException as error:
            self._spoilt(breakpoint, breakpoint.when, what, error)
            return False

    def _hit(self, breakpoint: Breakpoint, what: str, event: Event | None = None) -> None:
        scheduler = self.lab.scheduler
        breakpoint.hits += 1
        self._hits[breakpoint] = Hit(breakpoint, scheduler.step, what, event)
        scheduler.attention = True

    def _spoilt(self, breakpoint: Breakpoint, asked: Any, what: str, error: BaseException) -> None:
        """Switch off a breakpoint whose predicate raised an error."""
        scheduler = self.lab.scheduler
        asked = call_in_words(asked) if callable(asked) else f"the comparison with {shorten(asked)}"
        bad = BadBreakpoint(
            f"breakpoint {breakpoint.number} ({breakpoint.words()}) is off: {asked} raised {error_in_words(error)}, at "
            f"step {scheduler.step}, where it was asked about: {what}. The lab stands between two slices and can go "
            "on; put the predicate right and set a new breakpoint, or set enabled = True."
        )
        bad.__cause__ = error
        self._errors.append(bad)
        breakpoint.switch_off(error)
        self._hits[breakpoint] = Hit(breakpoint, scheduler.step, f"{asked} raised {error_in_words(error)}: {what}")
        scheduler.attention = True

    # -- the end of a drive --------------------------------------------------------------------------------

    def release(self, outcome: Outcome) -> Outcome:
        """Return the outcome with what was hit, and let the next drive go on."""
        lab = self.lab
        self._settle()
        if not self.has_hit:
            return outcome
        hits = tuple(sorted(self._hits.values(), key=lambda hit: hit.number))
        errors = list(self._errors)
        self._hits.clear()
        self._errors.clear()
        for hit in hits:
            if hit.breakpoint.once and hit.breakpoint.enabled:
                self.forget(hit.breakpoint)
        self._arm()
        if lab.state == "stopped":
            return outcome
        if errors and lab.scheduler.fatal is None:
            lab.scheduler.fatal = errors.pop(0)
            outcome = replace(outcome, reason="breakpoint")
        for error in errors:
            lab.report(str(error))
        reason = outcome.reason if lab.scheduler.fatal is not None else "breakpoint"
        return replace(outcome, reason=reason, waiting=(), breakpoints=outcome.breakpoints + hits)


def _in_words(event: Event) -> str:
    try:
        return describe(event)
    except BaseException:  # an interrupt of a repr that hangs; the breakpoint was met all the same
        return f"{event.kind}, by {name_of(event.component)}"
