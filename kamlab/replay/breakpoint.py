"""One breakpoint: its conditions, whether an event meets them, and what it is in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kamlab.core.errors import KamlabError
from kamlab.core.events import DISCARDED, INSERTED, RECEIVED, REMOVED, RESUMED, SENT, Event, shorten

from .aim import Aim

if TYPE_CHECKING:
    from .brakes import Brakes

#: The kinds of event that a message is part of, and those that make a queue longer.
WITH_MESSAGE = (SENT, DISCARDED, RECEIVED, REMOVED, INSERTED)
LONGER = (SENT, INSERTED)


class BadBreakpoint(KamlabError, ValueError):
    """A breakpoint is asked for that cannot be, or the predicate of one has raised an error.

    In the second case the error it raised is the ``__cause__``, and the breakpoint is disabled.

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


class Breakpoint:
    """A place at which a lab stops; :meth:`Breaking.break_on` makes it.

    ``hits`` counts how often it stopped a run: once for a slice, however often it was met in it.
    """

    def __init__(
        self, brakes: Brakes, number: int, aim: Aim, kinds: tuple[str, ...], message: Any, when: Any, queue: int | None
    ) -> None:
        self._brakes = brakes
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
        self._brakes.change(lambda: self._switch(value))

    def _switch(self, value: bool) -> None:
        self._enabled = bool(value)
        self._was = None
        if value:
            self.error = None

    def remove(self) -> None:
        """Take it away, for good; a second time does nothing."""
        brakes = self._brakes
        brakes.change(lambda: brakes.forget(self))

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
        return f"{aim or 'anybody'}: {' or '.join(self.kinds)}"

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
        """What else there is to know: that it is off, that it stops but once, that nobody has that name yet."""
        notes = ["once"] if self.once else []
        if self.error is not None:
            notes.append(f"off: it raised {type(self.error).__name__}")
        elif not self.enabled:
            notes.append("off")
        if isinstance(self.aim.who, str) and not any(map(self.aim.is_about, self._brakes.living())):
            notes.append(f"nobody alive is called {self.aim.who!r}")
        return "; ".join(notes)

    def __str__(self) -> str:
        note = self.note
        return f"breakpoint {self.number}: {self.words()}" + (f" ({note})" if note else "")

    __repr__ = __str__


def call_in_words(call: Any) -> str:
    """Return the name of something that can be called, or where it stands."""
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
