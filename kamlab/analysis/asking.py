"""What can be asked of a lab about its past; mixed into the lab.

Who answers is imported once somebody asks: every lab has these methods, and most are never asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.driving import WorldLock
from ..core.events import Event
from ..core.scheduler import Scheduler
from ..core.trace import Trace

if TYPE_CHECKING:
    from .messages import Story


class Asking:
    """Questions about the past. A lab that runs is looked at between two slices.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.analysis import Asking
    >>> from kamlab.parts import DataSource, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource([1, 2]), PassThrough()).activate()
    ...     _ = lab.step(10)
    ...     isinstance(lab, Asking), lab.histories()["PassThrough_3.inbox"]
    (True, ('1', '2'))
    """

    lock: WorldLock
    scheduler: Scheduler
    trace: Trace

    def _set_log(self, complete: bool) -> None:
        """Tell the trace who acts from here on: slices, or hands from outside."""
        super()._set_log(complete)  # type: ignore[misc]
        self.trace.note_driving(self.scheduler.driver is not None)

    def story(self, of: Any, step: int | None = None) -> Story:
        """Return what became of a message, what a component did, or what went through a box.

        Args:
            of: an event in which a message moves; a pair (inbox, index) for the message that waits there, now
                or at ``step``; a component, a box, or a name such as ``"Sink_3"`` or ``"Sink_3.inbox"``.
            step: for a pair: when.

        Raises:
            NoStory: there is no such thing in this lab's past.
            NotInTrace: the event is of another lab, or forgotten.
        """
        from .stories import story

        with self.lock:
            return story(of, self, step)

    def histories(self) -> dict[str, tuple[str, ...]]:
        """Return all messages that were put into each inbox, in order, as words; for comparing two runs."""
        from .history import histories

        with self.lock:
            return histories(self)

    def happens_before(self, a: Event, b: Event) -> bool:
        """Return whether ``a`` happened before ``b``, so that it can have had a part in it.

        Raises:
            NotInTrace: one of them is of another lab, or forgotten.
        """
        from .causality import causality_of

        with self.lock:
            return causality_of(self).before(a, b)

    def causes(self, event: Event) -> tuple[Event, ...]:
        """Return the direct causes of an event.

        Raises:
            NotInTrace: it is of another lab, or forgotten.
        """
        from .causality import causality_of

        with self.lock:
            return causality_of(self).causes(event)
