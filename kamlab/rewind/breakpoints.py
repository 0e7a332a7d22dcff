"""Breakpoints: where a run shall stop, said in a cell.

How it works
------------
What happens within slices is told by the table of hooks of the trace, so nobody pays for a kind of
event that no breakpoint is about. Who is *going to* run is known between two slices only; so where
there is any breakpoint a drive goes through :meth:`_Brake.advance` instead of the scheduler's own,
one slice at a time: it ends the round if that is due, looks who comes next, runs that slice, and
looks again. Where there is none, ``lab.brake`` is ``None`` and the scheduler's loop is what it was.

Whatever is hit is only noted, with a call for attention; the drive then ends between two slices.
A run with breakpoints is the same run as one without: what was looked at ahead (the round that was
ended, the choice that was drawn) is used when the run goes on. So it was rejected to put something
in the place of a component's generator: each stop would have been a slice.

What is done by hand while the lab stands still hits nothing.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kamlab.core.box import Box
from kamlab.core.component import Component
from kamlab.core.errors import KamlabError, NoSuchBox, listed
from kamlab.core.events import (
    DISCARDED,
    INSERTED,
    KINDS,
    RECEIVED,
    REMOVED,
    RESUMED,
    SENT,
    Event,
    describe,
    error_in_words,
    name_of,
    shorten,
)
from kamlab.core.link import Link
from kamlab.core.microprocess import Microprocess
from kamlab.core.outcome import Brake, Outcome
from kamlab.core.states import RUNNABLE

if TYPE_CHECKING:
    from kamlab.core.driving import WorldLock
    from kamlab.core.scheduler import Scheduler
    from kamlab.core.trace import Trace

#: The kinds of event that a message is part of, and those that make a queue longer.
WITH_MESSAGE = (SENT, DISCARDED, RECEIVED, REMOVED, INSERTED)
LONGER = (SENT, INSERTED)


class BadBreakpoint(KamlabError, ValueError):
    """A breakpoint is asked for that cannot be, or the predicate of one has raised an error.

    In the second case the error it raised is the ``__cause__``, and the breakpoint is disabled.
    """


class _Anything:
    def __repr__(self) -> str:
        return "ANYTHING"


#: Stands for any message, as ``None`` is a message like others.
ANYTHING: Any = _Anything()


@dataclass(frozen=True)
class Hit:
    """That a breakpoint stopped a run.

    ``step`` is the last slice that had run; ``event`` what did it, or ``None`` where it was no event
    (a component's turn, a predicate on the lab); ``what`` the same in words.
    """

    breakpoint: Breakpoint
    step: int
    what: str
    event: Event | None = None

    @property
    def number(self) -> int:
        """The number of the breakpoint."""
        return self.breakpoint.number

    def __str__(self) -> str:
        return f"breakpoint {self.number} ({self.breakpoint.words()}), at step {self.step}: {self.what}"

    __repr__ = __str__


# -- what it is about -----------------------------------------------------------------------------------


class Aim:
    """Which component, or which box, a breakpoint is about.

    Args:
        who: a component, a class, a name, or ``None`` for any.
        box: the name of the box, if it is about one.
        side: ``"inbox"`` or ``"outbox"``; ``None`` for either.
        rebuilt: whether ``who`` is of a system that was built again since, so that only names are left of it.
    """

    def __init__(self, who: Any, box: str | None = None, side: str | None = None, rebuilt: bool = False) -> None:
        self.who = who
        self.box = box
        self.side = side
        self.rebuilt = rebuilt

    def renew(self) -> None:
        """Go by names from here on: the system is built again."""
        if isinstance(self.who, type) or (isinstance(self.who, Microprocess) and self.who._number):
            self.rebuilt = True

    def is_about(self, component: Any) -> bool:
        """Return whether this is the component; one that waits for a generator is that generator, too."""
        while isinstance(component, Microprocess):
            if self._names(component):
                return True
            component = component._awaited_by
        return False

    def _names(self, component: Microprocess) -> bool:
        who = self.who
        if isinstance(who, str):
            return who in (component.name, component.short_name, type(component).__name__)
        if isinstance(who, type):
            if isinstance(component, who):
                return True
            return self.rebuilt and any(each.__name__ == who.__name__ for each in type(component).__mro__)
        return component is who or (self.rebuilt and component.short_name == who.short_name)

    def is_box(self, box: Box) -> bool:
        """Return whether this is the box."""
        return box.name == self.box and self.side in (None, box.kind) and self.is_about(box.owner)

    def meets(self, event: Event) -> bool:
        """Return whether an event happened to the component, or to the box."""
        if self.who is None:
            return True
        if self.box is not None:
            return any(map(self.is_box, _boxes_passed(event)))
        subject = event.component
        if isinstance(subject, Link):
            return self.is_about(subject.source) or self.is_about(subject.sink)
        return self.is_about(subject)

    def holds(self, inbox: Box) -> bool:
        """Return whether what waits in this inbox waits in the box, or in any of the component."""
        if self.who is None:
            return True
        if self.box is None:
            return self.is_about(inbox.owner)
        return any(map(self.is_box, _fed_by(inbox)))

    def __str__(self) -> str:
        if self.who is None:
            return ""
        who = f"any {self.who.__name__}" if isinstance(self.who, type) else name_of(self.who)
        return who if self.box is None else f"{who}.{self.box}"


def _boxes_passed(event: Event) -> Iterator[Box]:
    """Yield the boxes that the message of an event went through, or waits in."""
    step: Box | None = event.source
    while step is not None and step is not event.box:
        yield step
        step = step.onward
    if event.box is not None:
        yield event.box


def _fed_by(box: Box) -> Iterator[Box]:
    """Yield an inbox and every box that leads to it."""
    yield box
    for source in box.sources:
        yield from _fed_by(source)


# -- one breakpoint --------------------------------------------------------------------------------------


class Breakpoint:
    """A place at which a lab stops; :meth:`Breaking.break_on` makes it.

    ``hits`` counts how often it stopped a run: once for a slice, however often it was met in it.
    """

    def __init__(
        self, brake: _Brake, number: int, aim: Aim, kinds: tuple[str, ...], message: Any, when: Any, queue: int | None
    ) -> None:
        self._brake = brake
        self.number = number
        self.aim = aim
        self.kinds = kinds
        self.message = message
        self.when: Callable[[Any], Any] | None = when
        self.queue = queue
        self.once = False
        self.hits = 0
        #: What its predicate raised, if that is why it is disabled.
        self.error: BaseException | None = None
        self._enabled = True
        self._was: bool | None = None  # what `when` said last

    @property
    def enabled(self) -> bool:
        """Whether it stops anything. Set it to ``False`` to keep the breakpoint for later."""
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._brake.change(lambda: self._switch(value))

    def _switch(self, value: bool) -> None:
        self._enabled = bool(value)
        self._was = None
        if value:
            self.error = None

    def remove(self) -> None:
        """Take it away, for good; a second time does nothing."""
        brake = self._brake
        brake.change(lambda: brake.forget(self))

    # -- what kind of breakpoint it is ----------------------------------------------------------------

    @property
    def looks_ahead(self) -> bool:
        """Whether it stops before a component runs."""
        return not self.kinds and self.aim.who is not None

    @property
    def watches_lab(self) -> bool:
        """Whether it is a predicate on the lab and nothing else."""
        return not self.kinds and self.aim.who is None

    def met_by(self, event: Event) -> bool:
        """Return whether an event of its kinds is one that it is about; may raise what its predicate raises."""
        if self.queue is None:
            return self.aim.meets(event) and self._wants(event.message)
        inbox = event.box
        return len(inbox.items) == self.queue and self.aim.holds(inbox) and self._wants(event.message)

    def _wants(self, message: Any) -> bool:
        wanted = self.message
        if wanted is ANYTHING:
            return True
        if isinstance(wanted, type):
            return isinstance(message, wanted)
        if callable(wanted):
            return bool(wanted(message))
        return message is wanted or bool(message == wanted)

    # -- in words -----------------------------------------------------------------------------------------

    def words(self) -> str:
        """Say what it stops at."""
        if self.watches_lab:
            return f"when {_call_in_words(self.when)} comes true"
        text = self._subject()
        if self.message is not ANYTHING and self.kinds != WITH_MESSAGE:
            text += f", {self._message_in_words()}"
        if self.when is not None:
            text += f", if {_call_in_words(self.when)} holds"
        return text

    def _subject(self) -> str:
        aim = str(self.aim)
        if self.looks_ahead:
            return f"before {aim} runs"
        if self.queue is not None:
            return f"{self.queue} message{'s' if self.queue != 1 else ''} waiting in {aim or 'any inbox'}"
        if self.kinds == (RESUMED,):
            return f"after {aim or 'any component'} ran"
        if self.kinds == WITH_MESSAGE:
            return f"{aim or 'anywhere'}: {self._message_in_words()}"
        return f"{aim or 'anybody'}: {' or '.join(self.kinds)}"

    def _message_in_words(self) -> str:
        wanted = self.message
        if wanted is ANYTHING:
            return "a message comes or goes"
        if isinstance(wanted, type):
            return f"a message that is a {wanted.__name__}"
        return (
            f"a message for which {_call_in_words(wanted)} holds" if callable(wanted) else f"message {shorten(wanted)}"
        )

    @property
    def note(self) -> str:
        """What else there is to know: that it is off, that it stops but once, that nobody has that name yet."""
        notes = ["once"] if self.once else []
        if self.error is not None:
            notes.append(f"off: it raised {type(self.error).__name__}")
        elif not self.enabled:
            notes.append("off")
        if isinstance(self.aim.who, str) and not any(map(self.aim.is_about, self._brake.living())):
            notes.append(f"nobody alive is called {self.aim.who!r}")
        return "; ".join(notes)

    def __str__(self) -> str:
        note = self.note
        return f"breakpoint {self.number}: {self.words()}" + (f" ({note})" if note else "")

    __repr__ = __str__


def _call_in_words(call: Any) -> str:
    name = getattr(call, "__name__", None)
    if name != "<lambda>":
        return str(name or type(call).__name__)
    return f"the lambda in line {call.__code__.co_firstlineno}"


class Breakpoints(tuple[Breakpoint, ...]):
    """The breakpoints of a lab, in the order in which they were set; ``str`` is a table."""

    __slots__ = ()

    def __str__(self) -> str:
        if not self:
            return "no breakpoints"
        rows = [("number", "stops at", "hits", "")]
        rows += [(str(each.number), each.words(), str(each.hits), each.note) for each in self]
        wide = [max(len(row[column]) for row in rows) for column in range(3)]
        return "\n".join(
            f"{row[0]:>{wide[0]}}  {row[1]:<{wide[1]}}  {row[2]:>{wide[2]}}  {row[3]}".rstrip() for row in rows
        )

    __repr__ = __str__


# -- how they stop a drive --------------------------------------------------------------------------------


class _Ahead:
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


class _Brake:
    """All breakpoints of a lab, and what they hit in the drive that is on."""

    def __init__(self, lab: Any) -> None:
        self.lab = lab
        self.breakpoints: list[Breakpoint] = []
        self.numbers = itertools.count(1)
        self._told = self._note  # one and the same object each time: the trace tells hooks apart by that
        self._listens: tuple[Any, tuple[str, ...]] = (None, ())
        self._hits: dict[Breakpoint, Hit] = {}
        self._met: dict[Breakpoint, Event] = {}
        self._errors: list[BadBreakpoint] = []
        self._standing: tuple[Microprocess, int] | None = None

    # -- the set of them ----------------------------------------------------------------------------------

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
        for each in self.breakpoints:
            each.aim.renew()
            each._was = None
        self._hits.clear()
        self._met.clear()
        self._errors.clear()
        self._standing = None
        self._listens = (None, ())  # whoever made the new trace may have handed our hook on, or not
        self._arm()

    def _arm(self) -> None:
        """Listen to the kinds of event that are wanted, and be in the way of a drive if anything is."""
        active = self._active()
        kinds = {kind for each in active for kind in each.kinds}
        trace = self.lab.trace
        listens = (trace, tuple(kind for kind in KINDS if kind in kinds))
        if listens != self._listens:
            trace.detach(self._told)
            if kinds:
                trace.attach(self._told, listens[1])
            self._listens = listens
        self.lab.brake = self if active or self.has_hit else None

    def _active(self) -> list[Breakpoint]:
        return [each for each in self.breakpoints if each._enabled]

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
        if self.lab._breaking_muted:
            return scheduler.advance(limit)
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
        picked = scheduler._picked  # by the user's hand
        if picked is not None and picked._life is RUNNABLE and picked in queue:
            return picked
        if not isinstance(chooser, _Ahead):
            chooser = scheduler.chooser = _Ahead(chooser)
        return chooser.look(tuple(each for each in queue if each._life is RUNNABLE))

    # -- looking -------------------------------------------------------------------------------------------

    def _look_first(self) -> None:
        """Ask predicates on the lab for the first time, so that it is known when they become true."""
        for each in self._active():
            if each.watches_lab and each._was is None:
                assert each.when is not None
                try:
                    each._was = bool(each.when(self.lab))
                except Exception:  # it will raise that again after the slice
                    each._was = False
                except BaseException as error:  # an interrupt: it hangs
                    self._spoilt(each, each.when, "the lab", error)

    def _stops_before(self, coming: Microprocess) -> bool:
        """Stop before this component runs, if somebody wants that and it is not where the lab stopped last."""
        scheduler = self.lab.scheduler
        if self._standing is not None and self._standing[0] is coming and self._standing[1] == scheduler.step:
            return False
        what = f"{name_of(coming)} is next"
        for each in self._active():
            if each.looks_ahead and each.aim.is_about(coming) and self._when_holds(each, what):
                self._standing = (coming, scheduler.step)
                self._hit(each, what)
        return self.has_hit

    def _look_after(self) -> None:
        """Look at what has to be asked after a slice."""
        self._settle()
        for each in self._active():
            if each.watches_lab:
                before, each._was = each._was, self._when_holds(each, "the lab after the slice")
                if each._was and not before:
                    self._hit(each, "it has come true")

    def _settle(self) -> None:
        """Ask, for the events that met a breakpoint in the last slice, whether its predicate holds as well."""
        while self._met:
            each, event = self._met.popitem()
            if self._when_holds(each, describe(event)):
                self._hit(each, describe(event), event)

    def _note(self, event: Event) -> None:
        """Take an event from the trace, in the middle of a slice."""
        lab = self.lab
        scheduler = lab.scheduler
        if lab._breaking_muted or scheduler.driver is None:
            return
        if event.step != scheduler.step:  # the hook was attached since the slice began
            event = replace(event, step=scheduler.step, time=scheduler.now)
        for each in self._active():
            if event.kind not in each.kinds or each in self._hits or each in self._met:
                continue
            try:
                met = each.met_by(event)
            except BaseException as error:  # an interrupt of a predicate that hangs, too
                self._spoilt(each, each.message, describe(event), error)
                continue
            if met and each.when is not None:
                self._met[each] = event
            elif met:
                self._hit(each, describe(event), event)

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
        asked = _call_in_words(asked) if callable(asked) else f"the comparison with {shorten(asked)}"
        bad = BadBreakpoint(
            f"breakpoint {breakpoint.number} ({breakpoint.words()}) is off: {asked} raised {error_in_words(error)}, at "
            f"step {scheduler.step}, where it was asked about: {what}. The lab stands between two slices and can go "
            "on; put the predicate right and set a new breakpoint, or set enabled = True."
        )
        bad.__cause__ = error
        self._errors.append(bad)
        breakpoint._enabled = False
        breakpoint.error = error
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
            if hit.breakpoint.once and hit.breakpoint._enabled:
                self.forget(hit.breakpoint)
        self._arm()
        if lab._closed:
            return outcome
        if errors and lab.scheduler.fatal is None:
            lab.scheduler.fatal = errors.pop(0)
            outcome = replace(outcome, reason="breakpoint")
        for error in errors:
            lab.report(str(error))
        reason = outcome.reason if lab.scheduler.fatal is not None else "breakpoint"
        return replace(outcome, reason=reason, waiting=(), breakpoints=outcome.breakpoints + hits)


# -- setting them ------------------------------------------------------------------------------------------


class Breaking:
    """The part of a lab that has breakpoints."""

    scheduler: Scheduler
    lock: WorldLock
    trace: Trace
    brake: Brake | None
    _brakes: _Brake | None = None
    #: While this is set nothing is hit, as when a run is played again.
    _breaking_muted = False

    def break_on(
        self,
        what: Any = None,
        *,
        kind: str | Iterable[str] | None = None,
        message: Any = ANYTHING,
        when: Callable[[Any], Any] | None = None,
        queue: int | None = None,
        after: bool = False,
        once: bool = False,
    ) -> Breakpoint:
        """Have the lab stop, whoever drives it, between two slices; all that is given must hold.

        A component alone means: before each of its slices. Whoever drives comes to that place first,
        with no slice run if the lab stood there already, and goes on from it the next time.

        ::

            lab.break_on("Consumer")                                    # before each slice of it
            lab.break_on(consumer, after=True)                          # after each
            lab.break_on((consumer, "inbox"))                           # a message comes, or is taken
            lab.break_on("Consumer", kind="received", message=lambda m: m > 3)
            lab.break_on(message="bye")                                 # wherever it is sent, taken or lost
            lab.break_on(consumer.inboxes["inbox"], queue=3)
            lab.break_on(kind=("failed", "finished"))
            lab.break_on(when=lambda lab: lab.step_number > 100)

        Args:
            what: a component, its name or its class, also of one that is not there yet; or a box, or a
                pair ``(component, name of a box)``. Of ``"sent"`` the component is the sender; what
                reaches a component is asked for by its inbox. With ``queue`` a component is all its
                inboxes.
            kind: one or more of the kinds in :mod:`kamlab.core.events`. Such a breakpoint stops after
                the slice in which it happened.
            message: what the message equals; a class that it is of; or a predicate on it, asked
                at once when it moves.
            when: a predicate on the lab. Alone it is asked after each slice, and stops where it has
                become true: not where it was true before, nor again while it stays so. With other
                conditions it is asked when those are met, and stops wherever it holds.
            queue: stop when so many messages wait, after the one that made it so many.
            after: stop after the slices of a component instead of before.
            once: remove it when it has stopped something.

        Raises:
            BadBreakpoint: no condition at all, a kind that there is not, or something else that can
                never be met. A predicate that raises an error does so later: step() or run() raises it.
            NoSuchBox: a component that is alive has no such box.

        >>> from kamlab.core.component import Component
        >>> from kamlab.core.world import World
        >>> class Breakable(Breaking, World):
        ...     pass
        >>> class Counter(Component):
        ...     def main(self):
        ...         for number in range(9):
        ...             self.send(number)
        ...             yield
        >>> lab = Breakable()
        >>> _ = Counter(name="counter").activate(lab)
        >>> lab.break_on("counter", message=lambda number: number == 3, once=True).number
        1
        >>> print(lab.run().breakpoints[0].what)
        counter.outbox -> nowhere: 3 is discarded
        """
        aim = _aim(self, what)
        kinds = _kinds(self, aim, kind, message, queue, after)
        if when is not None and not callable(when):
            raise BadBreakpoint(f"break_on(when={shorten(when)}): give a predicate on the lab, such as lambda lab: ...")
        if not kinds and aim.who is None and when is None:
            raise BadBreakpoint(
                "break_on() has no condition. Give a component or a box, or one or more of kind=, message=, when= and "
                f"queue=. These components are alive: {listed(map(name_of, self.scheduler.members.values()))}."
            )
        brake = self._brakes
        if brake is None:
            brake = self._brakes = _Brake(self)
        breakpoint = Breakpoint(brake, next(brake.numbers), aim, kinds, message, when, queue)
        breakpoint.once = bool(once)
        brake.change(lambda: brake.breakpoints.append(breakpoint))
        return breakpoint

    @property
    def breakpoints(self) -> Breakpoints:
        """The breakpoints there are; printed, a table."""
        return Breakpoints(self._brakes.breakpoints if self._brakes is not None else ())

    def clear_breakpoints(self) -> None:
        """Take all of them away."""
        brake = self._brakes
        if brake is not None:
            brake.change(brake.breakpoints.clear)

    def _rearm_breakpoints(self) -> None:
        """Have them stop the lab again after it was reset: there is a new trace, and there will be new components."""
        if self._brakes is not None:
            self._brakes.rearm()


# -- what was asked for ------------------------------------------------------------------------------------


def _aim(lab: Any, what: Any) -> Aim:
    """Read the first argument of ``break_on``."""
    if isinstance(what, Box):
        _check_lab(lab, what.owner)
        return Aim(what.owner, what.name, what.kind, _is_of_the_past(lab, what.owner))
    if isinstance(what, tuple):
        if len(what) != 2 or not _is_component_like(what[0]) or not isinstance(what[1], str):
            raise BadBreakpoint(
                f"break_on({shorten(what)}): a box is given as a pair (component, name of the box). {_alive(lab)}"
            )
        aim = _aim(lab, what[0])
        _check_box(lab, aim, what[1])
        return Aim(aim.who, what[1], None, aim.rebuilt)
    if what is not None and not _is_component_like(what):
        raise BadBreakpoint(
            f"break_on({shorten(what)}): give a component, its name or its class, a box, or a pair (component, name of "
            f"the box). {_alive(lab)}"
        )
    _check_lab(lab, what)
    return Aim(what, rebuilt=_is_of_the_past(lab, what))


def _is_component_like(what: Any) -> bool:
    if isinstance(what, type):
        return issubclass(what, Microprocess)
    return isinstance(what, (str, Microprocess)) and what != ""


def _is_of_the_past(lab: Any, who: Any) -> bool:
    """Return whether this was in the lab before it was reset."""
    return isinstance(who, Microprocess) and who._scheduler is not None and who._scheduler is not lab.scheduler


def _check_lab(lab: Any, who: Any) -> None:
    if _is_of_the_past(lab, who) and who._scheduler.world is not lab:
        raise BadBreakpoint(f"break_on({name_of(who)}): it is in another lab. {_alive(lab)}")


def _check_box(lab: Any, aim: Aim, name: str) -> None:
    """Raise an error if components that this is about are there, and none has a box of that name."""
    with lab.lock:
        found = [aim.who] if isinstance(aim.who, Component) else list(filter(aim.is_about, lab.components))
        boxes = [box for each in found for box in (*each.inboxes, *each.outboxes)]
    if found and name not in boxes:
        first = found[0]
        raise NoSuchBox(
            f"break_on(): {name_of(first)} has no box {name!r}. Its inboxes: {listed(first.inboxes)}; its outboxes: "
            f"{listed(first.outboxes)}."
        )


def _kinds(
    lab: Any, aim: Aim, kind: str | Iterable[str] | None, message: Any, queue: int | None, after: bool
) -> tuple[str, ...]:
    """Return the kinds of event that a breakpoint listens to; none if it looks between slices only."""
    given = _given_kinds(lab, kind)
    if after:
        if aim.who is None or aim.box is not None or given or message is not ANYTHING or queue is not None:
            raise BadBreakpoint(
                "break_on(after=True) is about the slices of a component: give a component and no kind=, message= or "
                "queue=. A breakpoint on an event stops after the slice in any case."
            )
        return (RESUMED,)
    if queue is not None:
        if type(queue) is not int or queue < 1:
            raise BadBreakpoint(f"break_on(queue={shorten(queue)}): give the number of messages that wait, 1 or more")
        return _only(given, LONGER, "queue=")
    if message is not ANYTHING:
        return _only(given, WITH_MESSAGE, "message=")
    if aim.box is not None:
        return _only(given, WITH_MESSAGE, f"the box {aim}")
    return given


def _given_kinds(lab: Any, kind: str | Iterable[str] | None) -> tuple[str, ...]:
    kinds = (kind,) if isinstance(kind, str) else () if kind is None else _several(kind)
    for each in kinds:
        if each not in KINDS:
            near = difflib.get_close_matches(str(each), KINDS, 1, 0.5)
            hint = f" Do you mean {near[0]!r}?" if near else ""
            raise BadBreakpoint(
                f"break_on(kind={shorten(each)}): there is no such kind of event.{hint} There are: {', '.join(KINDS)}."
            )
    if kind is not None and not kinds:
        raise BadBreakpoint(f"break_on(kind={shorten(kind)}): give at least one of: {', '.join(KINDS)}")
    return tuple(each for each in KINDS if each in kinds)


def _several(kind: Any) -> tuple[Any, ...]:
    try:
        return tuple(kind)
    except TypeError:
        return (kind,)


def _only(given: tuple[str, ...], possible: tuple[str, ...], what: str) -> tuple[str, ...]:
    wrong = [kind for kind in given if kind not in possible]
    if wrong:
        raise BadBreakpoint(
            f"break_on(kind={', '.join(wrong)}) together with {what} can never be met; of such kinds there are: "
            f"{', '.join(possible)}"
        )
    return given or possible


def _alive(lab: Any) -> str:
    return f"These are alive: {listed(map(name_of, lab.scheduler.members.values()))}."
