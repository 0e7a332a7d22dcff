"""What an ``async def main`` can await.

Nothing here uses asyncio: an awaitable yields to the scheduler like any generator, and the
scheduler resumes it at the component's next slice.

The methods are plain functions. Each makes a generator that can be awaited, and enters it, with the place of the
call, in the list of what has been made in this slice and not awaited yet; the generator's first act is to cross itself
out. So a forgotten ``await`` leaves an entry behind, and the scheduler needs one truth test of a list per slice to see
it (:mod:`.unawaited`). Rejected: ``async def`` methods, whose coroutines cost as much, and of which Python notices only
the ones that are thrown away, in a warning without the component; and objects with an ``__await__``, which
cost twice as much.
"""

from __future__ import annotations

import types
from collections.abc import Awaitable, Generator
from sys import _getframe
from typing import TYPE_CHECKING, Any

from .unawaited import Made, cross_out, enter

if TYPE_CHECKING:
    from .component import Component


@types.coroutine
def next_slice() -> Generator[None, None, None]:
    """End this slice; continue in the next one."""
    yield None


#: What a component waits for: a message in one of some inboxes, a time, the end of its children, or its thread.
MESSAGE, TIME, CHILDREN, THREAD = "message", "time", "children", "thread"


class Waits:
    """The awaitable half of :class:`~kamlab.core.component.Component`."""

    _awaits: tuple[Any, ...] | None

    def tick(self: Component) -> Awaitable[None]:  # type: ignore[misc]
        """Let the other components run, then continue."""
        made, entry = enter(self, _getframe(1), "self.tick()")
        return tick(made, entry)

    def ready(self: Component, *boxnames: str, timeout: float | None = None) -> Awaitable[str | None]:  # type: ignore[misc]
        """Wait until something is in one of the inboxes (any, if none is named); return its name.

        Returns ``None`` when ``timeout`` seconds of the lab's clock went by first.
        """
        made, entry = enter(self, _getframe(1), "self.ready()")
        return ready(self, boxnames, timeout, made, entry)

    def receive(self: Component, boxname: str = "inbox") -> Awaitable[Any]:  # type: ignore[misc]
        """Wait for a message in an inbox and take it."""
        scheduler = self._scheduler
        if scheduler is None:
            return receive(self, boxname, [], None)
        frame = _getframe(1)  # enter(), inlined: the hot path
        made = scheduler.unawaited
        entry = (frame, frame.f_lasti, self, "self.receive()")
        made.append(entry)
        return receive(self, boxname, made, entry)

    def sleep(self: Component, seconds: float) -> Awaitable[None]:  # type: ignore[misc]
        """Wait for so many seconds of the lab's clock, whatever arrives meanwhile; 0 lets the other components run."""
        made, entry = enter(self, _getframe(1), "self.sleep()")
        return sleep(self, seconds, made, entry)

    def _now(self: Component) -> float:  # type: ignore[misc]
        scheduler = self._scheduler
        assert scheduler is not None, "only an activated component has a clock"
        return scheduler.clock.now()


# In each of these ``del entry`` breaks a cycle: the entry holds the frame that awaits the generator.


@types.coroutine
def tick(made: list[Made], entry: Made | None) -> Generator[None, None, None]:
    """Carry out :meth:`Waits.tick`."""
    cross_out(made, entry)
    del entry
    yield None


@types.coroutine
def ready(
    component: Component, names: tuple[str, ...], timeout: float | None, made: list[Made], entry: Made | None
) -> Generator[None, None, str | None]:
    """Carry out :meth:`Waits.ready`."""
    cross_out(made, entry)
    del entry
    any_of = names or tuple(component.inboxes)
    deadline = None if timeout is None else component._now() + timeout
    while True:
        for name in any_of:
            if component.data_ready(name):
                return name
        left = None
        if deadline is not None:
            left = deadline - component._now()
            if left <= 0:
                return None
        component._awaits = (MESSAGE, *names)
        component.pause(left)
        yield None
        component._awaits = None


@types.coroutine
def receive(component: Component, boxname: str, made: list[Made], entry: Made | None) -> Generator[None, None, Any]:
    """Carry out :meth:`Waits.receive`."""
    if made and made[-1] is entry:
        made.pop()
    else:
        cross_out(made, entry)
    del entry
    while not component.data_ready(boxname):
        component._awaits = (MESSAGE, boxname)
        component.pause()
        yield None
        component._awaits = None
    return component.recv(boxname)


@types.coroutine
def sleep(component: Component, seconds: float, made: list[Made], entry: Made | None) -> Generator[None, None, None]:
    """Carry out :meth:`Waits.sleep`."""
    cross_out(made, entry)
    del entry
    deadline = component._now() + seconds
    left = seconds
    while True:
        if left > 0:
            component._awaits = (TIME,)
            component.pause(left)
        yield None
        component._awaits = None
        left = deadline - component._now()
        if left <= 0:
            return
