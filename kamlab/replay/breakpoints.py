"""Breakpoints: where a run shall stop, said in a cell.

What one breakpoint is stands in :mod:`.breakpoint`, how all of them stop a drive in :mod:`.brakes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from kamlab.core.errors import listed
from kamlab.core.events import name_of, shorten
from kamlab.core.outcome import Brake

from .brakes import Brakes
from .breakpoint import ANYTHING, BadBreakpoint, Breakpoint, Breakpoints, Hit
from .conditions import aim_of, kinds_of

if TYPE_CHECKING:
    from kamlab.core.driving import WorldLock
    from kamlab.core.scheduler import Scheduler
    from kamlab.core.trace import Trace

__all__ = ["ANYTHING", "BadBreakpoint", "Breaking", "Breakpoint", "Breakpoints", "Hit"]


class Breaking:
    """The part of a lab that has breakpoints."""

    scheduler: Scheduler
    lock: WorldLock
    trace: Trace
    brake: Brake | None
    _brakes: Brakes | None = None
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
        aim = aim_of(self, what)
        kinds = kinds_of(self, aim, kind, message, queue, after)
        if when is not None and not callable(when):
            raise BadBreakpoint(f"break_on(when={shorten(when)}): give a predicate on the lab, such as lambda lab: ...")
        if not kinds and aim.who is None and when is None:
            raise BadBreakpoint(
                "break_on() has no condition. Give a component or a box, or one or more of kind=, message=, when= and "
                f"queue=. These components are alive: {listed(map(name_of, self.scheduler.members.values()))}."
            )
        brakes = self._brakes
        if brakes is None:
            brakes = self._brakes = Brakes(self)
        breakpoint = Breakpoint(brakes, next(brakes.numbers), aim, kinds, message, when, queue)
        breakpoint.once = bool(once)
        brakes.change(lambda: brakes.breakpoints.append(breakpoint))
        return breakpoint

    @property
    def breakpoints(self) -> Breakpoints:
        """The breakpoints there are; printed, a table."""
        return Breakpoints(self._brakes.breakpoints if self._brakes is not None else ())

    def clear_breakpoints(self) -> None:
        """Take all of them away."""
        brakes = self._brakes
        if brakes is not None:
            brakes.change(brakes.breakpoints.clear)

    def _rearm_breakpoints(self) -> None:
        """Have them stop the lab again after it was reset: there is a new trace, and there will be new components."""
        if self._brakes is not None:
            self._brakes.rearm()
