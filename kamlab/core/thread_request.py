"""A request of a component's thread to the scheduler, and where the thread is until it is carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .timers import Timer

RUNNING = "running"
AT_GATE = "waits for its turn"
IN_RECV = "waits in recv for a message"
IN_PAUSE = "pauses"
IN_SLEEP = "sleeps"
IN_REQUEST = "waits for the scheduler"
OVER = "over"


class ThreadRequest:
    """A request of a thread.

    Args:
        place: where the thread is meanwhile, in words.
        act: called in the slice; the thread gets its result or its error.
        ready: returns whether it can be done now.
        timeout: after this many seconds of the lab's clock it is done in any case.
        by_driver: whether only the driver may do it, also in a free run.
    """

    __slots__ = ("_ready", "act", "by_driver", "error", "over", "place", "result", "timed_out", "timeout", "timer")

    def __init__(
        self,
        place: str,
        act: Callable[[], Any],
        ready: Callable[[], Any] | None = None,
        timeout: float | None = None,
        by_driver: bool = False,
    ) -> None:
        self.place: str = place
        self.act: Callable[[], Any] = act
        self._ready = ready
        self.timeout: float | None = timeout
        self.by_driver: bool = by_driver
        self.timer: Timer | None = None
        self.timed_out: bool = timeout is not None and timeout <= 0
        self.over: bool = False
        self.result: Any = None
        self.error: BaseException | None = None

    def is_ready(self) -> bool:
        """Return whether the thread's wait is over."""
        return self.timed_out or self._ready is None or bool(self._ready())

    def carry_out(self) -> None:
        """Carry out the request, and keep its result."""
        self.drop_timer()
        try:
            self.result = self.act()
        except BaseException as error:
            self.error = error
        self.over = True

    def answer(self) -> Any:
        """Return the result, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.result

    def drop_timer(self) -> None:
        """Cancel the timer."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
