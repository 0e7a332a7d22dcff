"""The coroutines that an ``async def main`` can await.

Nothing here uses asyncio: an awaitable yields to the scheduler like any generator, and the
scheduler resumes it at the component's next slice.
"""

from __future__ import annotations

import types
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .component import Component
    from .task import Task


@types.coroutine
def next_slice() -> Generator[None, None, None]:
    """End this slice; continue in the next one."""
    yield None


#: What a component waits for: a message in one of some inboxes, a time, the end of its children, or its thread.
MESSAGE, TIME, CHILDREN, THREAD = "message", "time", "children", "thread"


class Waits:
    """The awaitable half of :class:`~kamlab.core.component.Component`."""

    _task: Task

    async def tick(self) -> None:
        """Let the other components run, then continue."""
        await next_slice()

    async def ready(self: Component, *boxnames: str, timeout: float | None = None) -> str | None:  # type: ignore[misc]
        """Wait until something is in one of the inboxes (any, if none is named); return its name.

        Returns ``None`` when ``timeout`` seconds of the lab's clock went by first.
        """
        names = boxnames or tuple(self.inboxes)
        deadline = None if timeout is None else self._now() + timeout
        while True:
            for name in names:
                if self.data_ready(name):
                    return name
            left = None
            if deadline is not None:
                left = deadline - self._now()
                if left <= 0:
                    return None
            self._task.awaits = (MESSAGE, *boxnames)
            self.pause(left)
            await next_slice()
            self._task.awaits = None

    async def receive(self: Component, boxname: str = "inbox") -> Any:  # type: ignore[misc]
        """Wait for a message in an inbox and take it."""
        while not self.data_ready(boxname):
            self._task.awaits = (MESSAGE, boxname)
            self.pause()
            await next_slice()
            self._task.awaits = None
        return self.recv(boxname)

    async def sleep(self: Component, seconds: float) -> None:  # type: ignore[misc]
        """Wait for so many seconds of the lab's clock, whatever arrives meanwhile; 0 lets the other components run."""
        deadline = self._now() + seconds
        left = seconds
        while True:
            if left > 0:
                self._task.awaits = (TIME,)
                self.pause(left)
            await next_slice()
            self._task.awaits = None
            left = deadline - self._now()
            if left <= 0:
                return

    def _now(self: Component) -> float:  # type: ignore[misc]
        scheduler = self._task.scheduler
        assert scheduler is not None, "only an activated component has a clock"
        return scheduler.clock.now()
