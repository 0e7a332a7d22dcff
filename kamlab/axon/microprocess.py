"""``Axon.Microprocess.microprocess``: the base of all components in the old spelling."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from kamlab.core.microprocess import Microprocess, shown
from kamlab.core.tracebacks import public

from .debug import debug
from .scheduler import NULL_SCHEDULER, front_of
from .scheduler import scheduler as usual_scheduler
from .spelling import MICROPROCESS_NAMES, TwoNames, other_arguments
from .tracker import coordinatingassistanttracker


class OldSpelling(TwoNames):
    """What only Axon's microprocess has, or has with other arguments."""

    _names = MICROPROCESS_NAMES

    #: The class whose ``run`` a microprocess is handed to when it is activated without a scheduler.
    schedulerClass: ClassVar[Any] = usual_scheduler
    trackerClass: ClassVar[Any] = None

    @classmethod
    def setSchedulerClass(cls, newSchedulerClass: Any) -> None:
        """Set the class whose ``run`` takes the microprocesses of this class and its subclasses."""
        cls.schedulerClass = newSchedulerClass

    @classmethod
    def setTrackerClass(cls, newTrackerClass: Any) -> None:
        """Set ``trackerClass``, which nothing uses."""
        cls.trackerClass = newTrackerClass

    def __str__(self: Any) -> str:
        return f"{self.name} :{self.id} :{self.init} :{int(self.is_stopped())} :"

    @shown
    def scheduler(self: Any) -> Any:
        """The scheduler that runs this; before activation and after the end, one that does nothing."""
        if self._task.scheduler is None or self.is_stopped():
            return NULL_SCHEDULER
        return front_of(self._task.scheduler.world)

    @shown
    def tracker(self: Any) -> Any:
        """The services of the lab that runs this; before activation, of the current lab."""
        if self._task.scheduler is None:
            return coordinatingassistanttracker.getcat()
        return self._task.scheduler.world.services

    @shown
    def debugger(self) -> debug:
        """Accepts debugging notes and drops them."""
        return debug()

    @other_arguments
    @public
    def activate(self, Scheduler: Any = None, Tracker: Any = None, mainmethod: str = "main", **native: Any) -> Self:
        """Hand this to a scheduler, by default the current one, and return ``self``."""
        if Tracker is not None:
            self.tracker = Tracker
        chosen = Scheduler if Scheduler is not None else native.get("scheduler")
        return super().activate(chosen, None, mainmethod)  # type: ignore[misc,no-any-return]

    def unpause(self: Any) -> None:
        """Wake this if it sleeps."""
        self.wake()

    _unpause = unpause

    def __next__(self: Any) -> Any:
        """Run one slice at once and return what it yields.

        Raises:
            StopIteration: it has ended.
        """
        self._prepare()
        return self._task.flow.send(None)

    next = __next__


class microprocess(OldSpelling, Microprocess):
    """A generator that a scheduler can run.

    Args:
        thread: a generator to run instead of ``main``.
        closeDownValue: what ``_closeDownMicroprocess`` returns.
        tag: added to the name.
    """

    __module__ = "Axon.Microprocess"

    def __init__(self, thread: Any = None, closeDownValue: Any = 0, tag: str = "") -> None:
        Microprocess.__init__(self, thread, closeDownValue, tag)
        if closeDownValue:
            self.closeDownValue = closeDownValue
