"""The breakpoints of a lab, and how they stop a drive.

Events within slices are observed with hooks of the trace, so a kind of event that no breakpoint needs costs nothing.
Which component runs *next* is known between two slices only; so where there is any breakpoint a drive calls
:meth:`BreakpointTable.advance` instead of the scheduler's own, one slice at a time: it ends the round if that is due,
checks which component is next, runs that slice, and checks again. Where there is none, ``runtime.brake`` is ``None``
and the scheduler runs its own loop.

A hit is only recorded, and sets ``attention``; the drive then ends between two slices. A run with breakpoints is the
same run as one without: what was determined ahead (the round that was ended, the choice that was made) is used when the
run continues.

Rejected: a wrapper around a component's generator, since each stop would have been a slice.

Interventions of the user while the lab stands still hit no breakpoint.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kamlab.core.errors import listed
from kamlab.core.events import KINDS, Event, describe, error_in_words, name_of, shorten
from kamlab.core.microprocess import Microprocess, place_in
from kamlab.core.outcome import Outcome
from kamlab.core.states import RUNNABLE
from kamlab.core.task import task_of

from .breakpoint import BadBreakpoint, Breakpoint, Hit, aim_of, call_in_words, kinds_of

if TYPE_CHECKING:
    from kamlab.core.scheduler import Scheduler
    from kamlab.core.world import World


class Ahead:
    """A chooser whose choice can be known in advance: it asks the real chooser once, and keeps the answer."""

    def __init__(self, chooser: Any) -> None:
        self._chooser = chooser
        self._drawn: Microprocess | None = None

    def look(self, runnable: Sequence[Microprocess]) -> Microprocess:
        """Return the component that :meth:`choose` would pick."""
        if self._drawn is None or place_in(runnable, self._drawn) < 0:
            self._drawn = runnable[self._chooser.choose(runnable)]
        return self._drawn

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the component that :meth:`look` returned last, if it can still run."""
        picked = self.look(runnable)
        self._drawn = None
        return place_in(runnable, picked)


class BreakpointTable:
    """All breakpoints of a lab, and their hits in the present drive."""

    def __init__(self, lab: World) -> None:
        self.lab = lab
        self.breakpoints: list[Breakpoint] = []
        self._numbers: itertools.count[int] = itertools.count(1)
        self._hook = self._note  # the same object each time: the trace identifies hooks by it
        self._listens: tuple[Any, tuple[str, ...]] = (None, ())
        self._hits: dict[Breakpoint, Hit] = {}
        self._met: dict[Breakpoint, Event] = {}
        self._errors: list[BadBreakpoint] = []
        self._standing: tuple[Microprocess, int] | None = None

    # -- the table --------------------------------------------------------------------------------------

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
        """Remove all breakpoints."""
        if self.breakpoints:
            self.change(self.breakpoints.clear)

    def change(self, act: Callable[[], Any]) -> None:
        """Change the breakpoints, between two slices, and notify a running drive."""
        with self.lab.lock:
            act()
            self._arm()
            if self.lab.scheduler.driver is not None:
                self.lab.scheduler.attention = True

    def forget(self, breakpoint: Breakpoint) -> None:
        """Remove a breakpoint from the table."""
        if breakpoint in self.breakpoints:
            self.breakpoints.remove(breakpoint)

    def rearm(self) -> None:
        """Start again in a lab that was reset."""
        for breakpoint in self.breakpoints:
            breakpoint.aim.renew()
            breakpoint.was = None
        self._hits.clear()
        self._met.clear()
        self._errors.clear()
        self._standing = None
        self._listens = (None, ())  # the new trace may have the hook already, or not
        self._arm()

    def _arm(self) -> None:
        """Observe the kinds of event that are needed; take part in drives if there is an active breakpoint."""
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
        """Return the living microprocesses."""
        return list(self.lab.scheduler.members.values())

    # -- a drive -------------------------------------------------------------------------------------------

    @property
    def has_hit(self) -> bool:
        """Whether the drive must stop now."""
        return bool(self._hits or self._errors)

    def advance(self, limit: int) -> int:
        """Run at most ``limit`` slices, as the scheduler does, and check the breakpoints before and after each."""
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
        """Return the component of the next slice, ending the round if that is due; ``None`` if nothing can run."""
        if not scheduler.look_ahead():
            return None
        chooser, queue = scheduler.chooser, scheduler.queue
        if chooser is None:
            return queue[0]
        picked = scheduler.picked  # by the user
        if picked is not None and task_of(picked).life is RUNNABLE and place_in(queue, picked) >= 0:
            return picked
        if not isinstance(chooser, Ahead):
            chooser = scheduler.chooser = Ahead(chooser)
        return chooser.look(tuple(component for component in queue if task_of(component).life is RUNNABLE))

    # -- checking -------------------------------------------------------------------------------------------

    def _look_first(self) -> None:
        """Call predicates on the lab for the first time, so that a change to true is noticed."""
        for breakpoint in self._active():
            if breakpoint.watches_lab and breakpoint.was is None:
                assert breakpoint.when is not None
                try:
                    breakpoint.was = bool(breakpoint.when(self.lab))
                except Exception:  # it will raise the error again after the slice
                    breakpoint.was = False
                except BaseException as error:  # an interrupt: it hangs
                    self._spoilt(breakpoint, breakpoint.when, "the lab", error)

    def _stops_before(self, coming: Microprocess) -> bool:
        """Stop before this component runs, if a breakpoint says so and the lab did not stop here last."""
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
        """Check the conditions that are checked after each slice."""
        self._settle()
        for breakpoint in self._active():
            if breakpoint.watches_lab:
                before, breakpoint.was = breakpoint.was, self._when_holds(breakpoint, "the lab after the slice")
                if breakpoint.was and not before:
                    self._hit(breakpoint, "it has come true")

    def _settle(self) -> None:
        """For the events that met a breakpoint in the last slice, check whether its predicate holds as well."""
        while self._met:
            breakpoint, event = self._met.popitem()
            what = _in_words(event)
            if self._when_holds(breakpoint, what):
                self._hit(breakpoint, what, event)

    def _note(self, event: Event) -> None:
        """Receive an event from the trace, in the middle of a slice."""
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
            except BaseException as error:  # also the interrupt of a predicate that hangs
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
        """Disable a breakpoint whose predicate raised an error."""
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
        """Return the outcome with the breakpoints that were hit, and forget the hits."""
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
