"""What an ``async def main`` can await.

Nothing here uses asyncio: an awaitable yields to the scheduler like any generator, and the
scheduler resumes it at the component's next slice.

The methods are plain functions that make a coroutine and count it; the coroutine's first act is to count itself off.
So a forgotten ``await`` leaves the count above zero, which the scheduler sees with one test per slice, and only then
looks for what was forgotten, and where (:mod:`.unawaited`). Outside of all slices, where an awaitable would wait for
ever, the counter itself refuses; so that costs a slice nothing. Rejected: a list of what was made, with the line of
each; it made a message 40 % dearer.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from .dropped_calls import guard_generators
from .task import task_of
from .unawaited import check_in_slice, counter_of

if TYPE_CHECKING:
    from .component import Component
    from .task import Task


class _NextSlice(tuple[None, ...]):
    """Ends a slice where it is awaited: its iterator yields ``None`` once, and costs less than a generator."""

    __slots__ = ()
    __await__: Any = tuple.__iter__


#: Await it to end this slice and continue in the next one.
next_slice = _NextSlice((None,))

#: The type of what a coroutine stands at that awaits it; there are no frames below.
END_OF_SLICE = type(iter(next_slice))


#: What a component waits for: a message in one of some inboxes, a time, the end of its children, or its thread.
MESSAGE, TIME, CHILDREN, THREAD = "message", "time", "children", "thread"


class Waits:
    """The awaitable half of :class:`~kamlab.core.component.Component`."""

    _task: Task

    def tick(self: Component) -> Awaitable[None]:  # type: ignore[misc]
        """Let the other components run, then continue."""
        count = counter_of(self)
        count.append(None)
        return tick(self, count)

    def ready(self: Component, *boxnames: str, timeout: float | None = None) -> Awaitable[str | None]:  # type: ignore[misc]
        """Wait until something is in one of the inboxes (any, if none is named); return its name.

        Returns ``None`` when ``timeout`` seconds of the lab's clock went by first.
        """
        count = counter_of(self)
        count.append(None)
        return ready(self, boxnames, timeout, count)

    def receive(self: Component, boxname: str = "inbox") -> Awaitable[Any]:  # type: ignore[misc]
        """Wait for a message in an inbox and take it."""
        try:
            count = self._task.scheduler.counter  # type: ignore[union-attr]
        except AttributeError:
            count = []
        count.append(None)
        return receive(self, boxname, count)

    def sleep(self: Component, seconds: float) -> Awaitable[None]:  # type: ignore[misc]
        """Wait for so many seconds of the lab's clock, whatever arrives meanwhile; 0 lets the other components run."""
        count = counter_of(self)
        count.append(None)
        return sleep(self, seconds, count)

    def __init_subclass__(cls, **options: Any) -> None:
        """Have a class with a recv() or data_ready() of its own use those where it receives; guard its generators."""
        super().__init_subclass__(**options)
        guard_generators(cls)
        if "receive" not in vars(cls) and ("recv" in vars(cls) or "data_ready" in vars(cls)) and "_in" not in vars(cls):
            cls.receive = _receive_by_methods  # type: ignore[method-assign]

    def _now(self: Component) -> float:  # type: ignore[misc]
        return now_of(self)


def now_of(component: Component) -> float:
    """Return the time of the lab that a component is in, in seconds."""
    scheduler = task_of(component).scheduler
    assert scheduler is not None, "only an activated component has a clock"
    return scheduler.time()


async def tick(component: Component, count: list[None]) -> None:
    """Carry out :meth:`Waits.tick`."""
    if count:
        count.pop()
    await next_slice


async def ready(component: Component, names: tuple[str, ...], timeout: float | None, count: list[None]) -> str | None:
    """Carry out :meth:`Waits.ready`."""
    task = task_of(component)
    if count:
        count.pop()
    any_of = names or tuple(component.inboxes)
    deadline = None if timeout is None else now_of(component) + timeout
    while True:
        for name in any_of:
            if component.data_ready(name):
                return name
        left = None
        if deadline is not None:
            left = deadline - now_of(component)
            if left <= 0:
                return None
        task.awaits = (MESSAGE, *names)
        component.pause(left)
        await next_slice
        check_in_slice(component, "ready")
        task.awaits = None


async def receive(component: Component, boxname: str, count: list[None]) -> Any:
    """Carry out :meth:`Waits.receive`."""
    if count:
        count.pop()
    while True:
        try:
            box = component._in[boxname]  # data_ready() and recv(), inlined: the hot path
        except (KeyError, TypeError):
            component.data_ready(boxname)  # makes the boxes, or raises NoSuchBox
            continue
        if box.items:
            return box.items.popleft() if box.settled else box.take()
        component._task.awaits = (MESSAGE, boxname)
        component.pause()
        await next_slice
        component._task.awaits = None
        if not box.items:
            check_in_slice(component, "receive")


def _receive_by_methods(self: Component, boxname: str = "inbox") -> Awaitable[Any]:
    """Wait for a message in an inbox and take it."""
    count = counter_of(self)
    count.append(None)
    return receive_by_methods(self, boxname, count)


async def receive_by_methods(component: Component, boxname: str, count: list[None]) -> Any:
    """Carry out :meth:`Waits.receive` for a class that overrides what it calls."""
    task = task_of(component)
    if count:
        count.pop()
    while not component.data_ready(boxname):
        task.awaits = (MESSAGE, boxname)
        component.pause()
        await next_slice
        check_in_slice(component, "receive")
        task.awaits = None
    return component.recv(boxname)


async def sleep(component: Component, seconds: float, count: list[None]) -> None:
    """Carry out :meth:`Waits.sleep`."""
    task = task_of(component)
    if count:
        count.pop()
    deadline = now_of(component) + seconds
    left = seconds
    while True:
        if left > 0:
            task.awaits = (TIME,)
            component.pause(left)
        await next_slice
        task.awaits = None
        check_in_slice(component, "sleep")
        left = deadline - now_of(component)
        if left <= 0:
            return
