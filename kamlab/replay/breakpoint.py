"""One breakpoint: its target, its conditions, whether an event meets them, and its description in words.

The arguments of ``break_on`` are checked at once, since a condition that can never be met would go unnoticed. A
component that is given as an object is that object until the system is built again; from then on its name stands for
the component that was built in its place.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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
    name_of,
    shorten,
)
from kamlab.core.link import Link
from kamlab.core.microprocess import Microprocess
from kamlab.core.naming import called
from kamlab.core.task import task_of

if TYPE_CHECKING:
    from .breakpoints import BreakpointTable

#: The kinds of event that a message is part of, and those that make a queue longer.
WITH_MESSAGE = (SENT, DISCARDED, RECEIVED, REMOVED, INSERTED)
LONGER = (SENT, INSERTED)


class BadBreakpoint(KamlabError, ValueError):
    """The arguments of a breakpoint are invalid, or its predicate raised an error.

    In the second case that error is the ``__cause__``, and the breakpoint is disabled.

    >>> from kamlab import Lab
    >>> from kamlab.replay import BadBreakpoint
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         lab.break_on(queue=0)
    ...     except BadBreakpoint as error:
    ...         print(error)
    break_on(queue=0): give the number of messages that wait, 1 or more
    """


class _Anything:
    def __repr__(self) -> str:
        return "ANYTHING"


#: Stands for any message, since ``None`` is an ordinary message.
ANYTHING: Any = _Anything()


class Aim:
    """Which component, or which box, a breakpoint is about.

    Args:
        subject: a component, a class, a name, or ``None`` for any.
        box: the name of the box, if it is about one.
        side: ``"inbox"`` or ``"outbox"``; ``None`` for either.
        rebuilt: whether the system of ``subject`` was built again since, so that only its name identifies it.
    """

    def __init__(self, subject: Any, box: str | None = None, side: str | None = None, rebuilt: bool = False) -> None:
        self.subject = subject
        self.box = box
        self.side = side
        self.rebuilt: bool = rebuilt

    def renew(self) -> None:
        """Compare by names from here on, since the system is built again."""
        if isinstance(self.subject, type) or (isinstance(self.subject, Microprocess) and task_of(self.subject).number):
            self.rebuilt = True

    def is_about(self, component: Any) -> bool:
        """Return whether this is the component, or a generator that the component waits for."""
        while isinstance(component, Microprocess):
            if self._names(component):
                return True
            component = task_of(component).awaited_by
        return False

    def _names(self, component: Microprocess) -> bool:
        subject = self.subject
        if isinstance(subject, str):
            return bool(called(subject, [component]))
        if isinstance(subject, type):
            if isinstance(component, subject):
                return True
            return self.rebuilt and any(ancestor.__name__ == subject.__name__ for ancestor in type(component).__mro__)
        return component is subject or (self.rebuilt and component.short_name == subject.short_name)

    def is_box(self, box: Box) -> bool:
        """Return whether this is the box."""
        return box.name == self.box and self.side in (None, box.kind) and self.is_about(box.owner)

    def meets(self, event: Event) -> bool:
        """Return whether an event happened to the component, or to the box."""
        if self.subject is None:
            return True
        if self.box is not None:
            return any(map(self.is_box, _boxes_passed(event)))
        subject = event.component
        if isinstance(subject, Link):
            return self.is_about(subject.source) or self.is_about(subject.sink)
        return self.is_about(subject)

    def holds(self, inbox: Box) -> bool:
        """Return whether messages in this inbox wait in the box, or in any inbox of the component."""
        if self.subject is None:
            return True
        if self.box is None:
            return self.is_about(inbox.owner)
        return any(map(self.is_box, _fed_by(inbox)))

    def __str__(self) -> str:
        if self.subject is None:
            return ""
        name = f"any {self.subject.__name__}" if isinstance(self.subject, type) else name_of(self.subject)
        return name if self.box is None else f"{name}.{self.box}"


def _boxes_passed(event: Event) -> Iterator[Box]:
    """Yield the boxes that the message of an event passed, or waits in."""
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


@dataclass(frozen=True)
class Hit:
    """The stop of a run at a breakpoint.

    ``step`` is the last slice that had run; ``event`` the cause, or ``None`` if that was not an event
    (a component's slice, a predicate on the lab); ``what`` is the cause in words.
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


class Breakpoint:
    """A place at which a lab stops; ``lab.break_on`` makes it.

    ``hits`` counts how often it stopped a run: once per slice, however often it was met in it.
    """

    def __init__(
        self,
        table: BreakpointTable,
        number: int,
        aim: Aim,
        kinds: tuple[str, ...],
        message: Any,
        when: Any,
        queue: int | None,
    ) -> None:
        self._table = table
        self.number = number
        self.aim = aim
        self.kinds = kinds
        self.message = message
        self.when: Callable[[Any], Any] | None = when
        self.queue = queue
        self.once = False
        self.hits = 0
        #: The error of its predicate, if that is why it is disabled.
        self.error: BaseException | None = None
        self._enabled = True
        #: What `when` returned last.
        self.was: bool | None = None

    @property
    def enabled(self) -> bool:
        """Whether it is active. Set it to ``False`` to keep the breakpoint for later."""
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._table.change(lambda: self._switch(value))

    def _switch(self, value: bool) -> None:
        self._enabled = bool(value)
        self.was = None
        if value:
            self.error = None

    def switch_off(self, error: BaseException) -> None:
        """Disable it because its predicate raised an error."""
        self._enabled = False
        self.error = error

    def remove(self) -> None:
        """Remove it; a second call does nothing."""
        table = self._table
        table.change(lambda: table.forget(self))

    # -- what kind of breakpoint it is ----------------------------------------------------------------

    @property
    def looks_ahead(self) -> bool:
        """Whether it stops before a component runs."""
        return not self.kinds and self.aim.subject is not None

    @property
    def watches_lab(self) -> bool:
        """Whether it is a predicate on the lab and nothing else."""
        return not self.kinds and self.aim.subject is None

    def met_by(self, event: Event) -> bool:
        """Return whether an event of its kinds meets it; raises what its predicate raises."""
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
        """Describe where it stops."""
        if self.watches_lab:
            return f"when {call_in_words(self.when)} comes true"
        text = self._subject()
        if self.message is not ANYTHING and self.kinds != WITH_MESSAGE:
            text += f", {self._message_in_words()}"
        if self.when is not None:
            text += f", if {call_in_words(self.when)} holds"
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
        return f"{aim or 'any component'}: {' or '.join(self.kinds)}"

    def _message_in_words(self) -> str:
        wanted = self.message
        if wanted is ANYTHING:
            return "a message comes or goes"
        if isinstance(wanted, type):
            return f"a message that is a {wanted.__name__}"
        return (
            f"a message for which {call_in_words(wanted)} holds" if callable(wanted) else f"message {shorten(wanted)}"
        )

    @property
    def note(self) -> str:
        """A remark: that it is off, that it stops only once, or that no component has the name yet."""
        notes = ["once"] if self.once else []
        if self.error is not None:
            notes.append(f"off: it raised {type(self.error).__name__}")
        elif not self.enabled:
            notes.append("off")
        if isinstance(self.aim.subject, str) and not any(map(self.aim.is_about, self._table.living())):
            notes.append(f"no living component is called {self.aim.subject!r}")
        return "; ".join(notes)

    def __str__(self) -> str:
        note = self.note
        return f"breakpoint {self.number}: {self.words()}" + (f" ({note})" if note else "")

    __repr__ = __str__


def call_in_words(call: Any) -> str:
    """Return the name of a callable, or where it is defined."""
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
        rows += [
            (str(breakpoint.number), breakpoint.words(), str(breakpoint.hits), breakpoint.note) for breakpoint in self
        ]
        wide = [max(len(row[column]) for row in rows) for column in range(3)]
        return "\n".join(
            f"{row[0]:>{wide[0]}}  {row[1]:<{wide[1]}}  {row[2]:>{wide[2]}}  {row[3]}".rstrip() for row in rows
        )

    __repr__ = __str__


# -- the arguments of break_on ------------------------------------------------------------------------


def aim_of(lab: Any, what: Any) -> Aim:
    """Return the target that the first argument of ``break_on`` names.

    Raises:
        BadBreakpoint: it is neither a component nor a box, or belongs to another lab.
        NoSuchBox: a component that is alive has no such box.
    """
    if isinstance(what, Box):
        _check_lab(lab, what.owner)
        return Aim(what.owner, what.name, what.kind, _is_of_the_past(lab, what.owner))
    if isinstance(what, tuple):
        if len(what) != 2 or not _is_component_like(what[0]) or not isinstance(what[1], str):
            raise BadBreakpoint(
                f"break_on({shorten(what)}): a box is given as a pair (component, name of the box). {_alive(lab)}"
            )
        aim = aim_of(lab, what[0])
        _check_box(lab, aim, what[1])
        return Aim(aim.subject, what[1], None, aim.rebuilt)
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


def _is_of_the_past(lab: Any, subject: Any) -> bool:
    """Return whether this was in the lab before it was reset."""
    return isinstance(subject, Microprocess) and task_of(subject).scheduler not in (None, lab.scheduler)


def _check_lab(lab: Any, subject: Any) -> None:
    scheduler: Any = task_of(subject).scheduler if _is_of_the_past(lab, subject) else None
    if scheduler is not None and scheduler.world is not lab:
        raise BadBreakpoint(f"break_on({name_of(subject)}): it is in another lab. {_alive(lab)}")


def _check_box(lab: Any, aim: Aim, name: str) -> None:
    """Raise an error if the target has living components, and none of them has a box of that name."""
    with lab.lock:
        found = [aim.subject] if isinstance(aim.subject, Component) else list(filter(aim.is_about, lab.components))
        boxes = [box for component in found for box in (*component.inboxes, *component.outboxes)]
    if found and name not in boxes:
        first = found[0]
        raise NoSuchBox(
            f"break_on(): {name_of(first)} has no box {name!r}. Its inboxes: {listed(first.inboxes)}; its outboxes: "
            f"{listed(first.outboxes)}."
        )


def kinds_of(
    lab: Any, aim: Aim, kind: str | Iterable[str] | None, message: Any, queue: int | None, after: bool
) -> tuple[str, ...]:
    """Return the kinds of event that a breakpoint observes; none if it is checked between slices only.

    Raises:
        BadBreakpoint: there is no such kind, or the condition can never be met.
    """
    given = _given_kinds(lab, kind)
    if after:
        if aim.subject is None or aim.box is not None or given or message is not ANYTHING or queue is not None:
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
    for name in kinds:
        if name not in KINDS:
            near = difflib.get_close_matches(str(name), KINDS, 1, 0.5)
            hint = f" Do you mean {near[0]!r}?" if near else ""
            raise BadBreakpoint(
                f"break_on(kind={shorten(name)}): there is no such kind of event.{hint} There are: {', '.join(KINDS)}."
            )
    if kind is not None and not kinds:
        raise BadBreakpoint(f"break_on(kind={shorten(kind)}): give at least one of: {', '.join(KINDS)}")
    return tuple(name for name in KINDS if name in kinds)


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
