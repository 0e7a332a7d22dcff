"""The results of step, run and similar methods: what happened, and why it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Protocol

from .events import Event, net_of
from .polling import CURE

#: Why a run ended, in the words that are shown.
REASONS = {
    "steps": "ran the slices it was asked for",
    "finished": "every component has ended",
    "condition": "the condition holds",
    "timeout": "the time was up",
    "max_steps": "the limit of slices is reached",
    "paused": "it was paused",
    "stopped": "the lab was stopped",
    "interrupted": "it was interrupted",
    "idle": "nothing can run now",
    "stuck": "nothing can run, and nothing is left that could wake a component",
    "held": "only components that are held could run",
    "failed": "a component failed",
    "breakpoint": "it came to a breakpoint",
}


#: How many events to show of a step that had no result, because its components merely poll or yield.
SHOWN = 10


@dataclass(frozen=True)
class Outcome:
    """The end of a run.

    ``reason`` is one of :data:`REASONS`; ``steps`` how many slices ran; ``seconds`` how long it took
    by the lab's clock; ``failed`` the components that failed meanwhile; ``waiting`` those that wait, where
    nothing can run; ``breakpoints`` the breakpoints that were hit, each with the step and the cause;
    ``spinning`` says, if a limit or an interrupt ended the run, which components poll the clock or merely yield
    instead of waiting, and where.
    ``nothing`` why there was nothing to run, if nothing was ever activated. ``forgotten`` says which components were
    never activated although they are linked to one that was, if nothing can run or every component has ended. ``held``
    are the components that the user holds, where only those could run. ``named`` says what has gone wrong, where
    nothing can run and the run itself tells: "deadlock: A waits for a message from B, B waits for a message from A".
    What is only possible is called so: "perhaps a lost wake-up: ...".

    >>> from kamlab import Component, Lab
    >>> class Listener(Component):
    ...     async def main(self):
    ...         await self.receive()
    >>> with Lab(clock="virtual") as lab:
    ...     listener = Listener().activate()
    ...     print(lab.run())
    ...     listener.deliver("hello")
    ...     print(lab.run())
    1 slice: nothing can run, and nothing is left that could wake a component; waiting: Listener_1
    1 slice: every component has ended
    """

    reason: str
    steps: int
    seconds: float = 0.0
    failed: tuple[Any, ...] = ()
    waiting: tuple[str, ...] = ()
    breakpoints: tuple[Any, ...] = ()
    spinning: tuple[str, ...] = ()
    nothing: str = ""
    forgotten: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    named: str = ""

    def __str__(self) -> str:
        reason = self.nothing or self.named or REASONS[self.reason]
        text = f"{self.steps} slice{'s' if self.steps != 1 else ''}: {reason}"
        if self.breakpoints:
            text += "; " + "; ".join(map(str, self.breakpoints))
        if self.failed:
            text += "; failed: " + ", ".join(component.short_name for component in self.failed)
        if self.waiting and self.reason in ("stuck", "idle"):
            text += "; waiting: " + ", ".join(self.waiting[:8])
            if len(self.waiting) > 8:
                text += f" and {len(self.waiting) - 8} more"
        if self.held:
            more = f" and {len(self.held) - 8} more" if len(self.held) > 8 else ""
            text += f"; held: {', '.join(self.held[:8])}{more}; lab.release({self.held[0]!r}) lets it go on"
        if self.forgotten:
            text += "; " + "; ".join(self.forgotten)
        if self.spinning:
            text += f"; {self.spinning_in_words}"
        return text

    @property
    def spinning_in_words(self) -> str:
        """Which components poll or merely yield, and what they can do instead; "" if none does."""
        if not self.spinning:
            return ""
        more = f", and {len(self.spinning) - 3} more" if len(self.spinning) > 3 else ""
        return f"{', '.join(self.spinning[:3])}{more} ({CURE})"

    __repr__ = __str__


class Brake(Protocol):
    """The breakpoints of a lab, which can stop a drive between two slices."""

    @property
    def has_hit(self) -> bool:
        """Whether the drive must stop now."""

    def advance(self, limit: int) -> int:
        """Do the same as the scheduler's ``advance``, and check the breakpoints before and after each slice."""

    def release(self, outcome: Outcome) -> Outcome:
        """Return the outcome with the breakpoints that were hit in the drive, and forget those hits."""


#: The most events that are printed of a step.
LINES = 1000


@dataclass(frozen=True, eq=False)
class Happened:
    """The result of a step: its events, in order, and the outcome.

    Printed, it has a line for each event, at most :data:`LINES`, without pauses that had no effect; see
    :func:`.events.net_of`.

    ``read`` makes the events; it is called when they are first used.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), PassThrough()).activate()
    ...     happened = lab.step_message()
    >>> happened.steps, happened.reason, [event.message for event in happened.of_kind("sent")]
    (4, 'steps', ['hello'])
    """

    outcome: Outcome
    read: Callable[[], Iterable[Event]] = tuple

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The events, oldest first."""
        return tuple(self.read())

    @property
    def steps(self) -> int:
        """How many slices ran."""
        return self.outcome.steps

    @property
    def reason(self) -> str:
        """Why it stopped; one of the keys of :data:`REASONS`."""
        return self.outcome.reason

    def of_kind(self, *kinds: str) -> list[Event]:
        """Return the events of these kinds."""
        return [event for event in self.events if event.kind in kinds]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Happened):
            return NotImplemented
        return (self.outcome, self.events) == (other.outcome, other.events)

    def __hash__(self) -> int:
        return hash(self.outcome)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def __bool__(self) -> bool:
        return self.outcome.steps > 0

    def __str__(self) -> str:
        most = SHOWN if self.outcome.spinning else LINES
        events = list(islice(self.read(), most + 1))  # of an endless slice most are never made
        lines = [str(event) for event in net_of(events[:most])]
        if len(events) > most:
            lines.append("... and more; its events are in .events")
        if not lines or self.outcome.reason != "steps" or self.outcome.failed:
            lines.append(f"({self.outcome})")
        return "\n".join(lines)

    __repr__ = __str__
