"""The task of a microprocess: what the engine knows about it.

A component belongs to its user, who may call an attribute ``state``, ``stop``, ``parent`` or whatever they like. So the
engine keeps what it knows of a component in an object of its own, its :class:`Task`, and reads nothing of that from the
component. The task is made in ``__new__``: it exists even if an ``__init__`` forgets the inherited one.
:func:`task_of` leads to it; apart from the few lines of the hot path that are marked, nothing else does.

The queues of the scheduler hold the microprocesses, not their tasks: listeners, choosers and records are given
microprocesses, and one more attribute for each use of a task costs less than one for each of those.

Rejected: a reference from the task back to its component. The two would form a cycle, so that a component that is
no longer referenced would stay until the garbage collector finds it; and no code has a task without its component.

>>> from kamlab import Component
>>> class Patient(Component):
...     state = "feverish"
>>> Patient().state, task_of(Patient()).life
('feverish', 'new')
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from .states import NEW

if TYPE_CHECKING:
    from .component import Component
    from .ended_components import Ended
    from .link import Switchboard
    from .microprocess import Microprocess
    from .scheduler import Scheduler
    from .timers import Timer


class Task:
    """The engine's record of one microprocess. Other packages may read it; only the engine and the chassis write it.

    Attributes:
        id: its place in the order of creation, from 1 on; 0 as long as ``Microprocess.__init__`` was not called.
        given_name: the name that a Graphline gave it.
        number: its place in the order of activation in its lab, from 1 on; 0 before activation.
        life: its state as the engine distinguishes it, one of :mod:`.states`; ``state_of`` returns the one to show.
        error: the error that it failed with.
        scheduler: the scheduler that it was activated in.
        flow: its generator or coroutine, or what stands for it before the first slice.
        main_method: the name of the method that makes the generator.
        pause_timer: the timer of the pause that it is in.
        awaits: what its code waits for, if a helper of :mod:`.awaitables` records it.
        delegate: the microprocess that runs in its place while it waits for a generator.
        awaited_by: the microprocess that waits for this one to end.
        home: leads to the microprocess that activated it, as long as that exists; ``None``: it was activated outside.
        paused_in_round: the round at whose end it paused last; -1 before that.
        pause_era: the era of the scheduler in which a pause of it was recorded last; -1 before that.
        wake_era: the same for its being woken. It is recorded once in each era, whatever else wakes it.
        parent: the component that contains it.
        children: the components that it contains; ``None`` until they are asked for.
        switchboard: the links that it made; ``None`` before the first.
        run: runs a call in its context, in the current drive; ``None`` before its first slice there.
        variables: the ContextVars that it has set itself; ``None`` without one; see :mod:`.own_context`.
        on_end: functions to be called when it has ended.
        end_record: the record of its end.
    """

    __slots__ = (
        *("awaited_by", "awaits", "children", "delegate", "end_record", "error", "flow", "given_name", "home", "id"),
        *("life", "main_method", "number", "on_end", "parent", "pause_era", "pause_timer", "paused_in_round"),
        *("run", "scheduler", "switchboard", "variables", "wake_era"),
    )

    def __init__(self) -> None:
        self.id: int = 0
        self.given_name: str = ""
        self.number: int = 0
        self.life: str = NEW
        self.error: BaseException | None = None
        self.scheduler: Scheduler | None = None
        self.flow: Any = None
        self.main_method: str = "main"
        self.pause_timer: Timer | None = None
        self.awaits: tuple[Any, ...] | None = None
        self.delegate: Microprocess | None = None
        self.awaited_by: Microprocess | None = None
        self.home: Callable[[], Any] | None = None
        self.paused_in_round: int = -1
        self.pause_era: int = -1
        self.wake_era: int = -1
        self.parent: Component | None = None
        self.children: list[Component] | None = None
        self.switchboard: Switchboard | None = None
        self.run: Callable[..., Any] | None = None
        self.variables: dict[ContextVar[Any], Any] | None = None
        self.on_end: tuple[Callable[[], Any], ...] = ()
        self.end_record: Ended | None = None

    def cancel_pause_timer(self) -> None:
        """Cancel the timer of a pause that ended otherwise."""
        if self.pause_timer is not None:
            self.pause_timer.cancel()
            self.pause_timer = None


#: Returns the task of a microprocess; a call costs no more than two attributes.
task_of: Callable[[Any], Task] = attrgetter("_task")
