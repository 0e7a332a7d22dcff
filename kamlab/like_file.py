"""LikeFile: a running component, used like a file by code that is not a component.

It is a :class:`~kamlab.handle.Handle` that waits. Where a handle returns at once, ``get`` of this waits for a message,
as reading a file does; so it must notice what a file never does: that the lab is not running, and that the component
has ended. Both are errors, not a call that never returns.

Rejected: an end of the component when the last reference is dropped, as in Kamaelia. When that is depends on the
garbage collector, so a recorded run would not be the same when it is played again. ``shutdown`` ends it, or ``with``.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterable
from typing import Any, Self

from .core.component import Component
from .core.context import in_slice
from .core.errors import AlreadyEnded, KamlabError, LabIsRunning
from .core.ipc import ProducerFinished, Shutdown, ShutdownMicroprocess
from .core.microprocess import is_over
from .core.tracebacks import public
from .handle import Handle

#: The boxes that are linked unless told otherwise, as far as the component has them.
STANDARD_INBOXES = ("inbox", "control")
STANDARD_OUTBOXES = ("outbox", "signal")
#: How often, in seconds, a wait checks whether the lab still runs.
LOOK = 0.05
#: How long, in seconds, ``shutdown`` waits for the end of the component.
SHUTDOWN_PATIENCE = 1.0


class LabStandsStill(KamlabError, queue.Empty):
    """A message was waited for, and nothing runs the lab from which it would come.

    >>> from kamlab import Component, Lab
    >>> from kamlab.like_file import LabStandsStill, LikeFile
    >>> with Lab() as lab:
    ...     try:
    ...         LikeFile(Component()).get()
    ...     except LabStandsStill as error:
    ...         print(str(error).split("; ")[1])
    call lab.start() first, or step or run the lab and then call get_nowait()
    """


class IsShutDown(AlreadyEnded, AttributeError):
    """A LikeFile was used after its ``shutdown``.

    >>> from kamlab import Lab
    >>> from kamlab.like_file import IsShutDown, LikeFile
    >>> from kamlab.parts import PassThrough
    >>> with Lab() as lab:
    ...     lab.start(forever=True)
    ...     passing = LikeFile(PassThrough())
    ...     passing.shutdown()
    ...     try:
    ...         passing.put("more")
    ...     except IsShutDown as error:
    ...         print(str(error).split(" ", 4)[4])
    was shut down, so nothing can be put or got; for more, make a new one
    """


class LikeFile:
    """Wraps a component and activates it: messages go in with ``put``, and ``get`` waits for what comes out.

    Use it in any thread and in a cell while the lab runs in the background. In a lab that is stepped, use ``put``,
    ``lab.step()`` and ``get_nowait``.

    Args:
        component: the component; it may be a whole Pipeline.
        extra_inboxes, extra_outboxes: boxes to link beside the standard ones, a name or several.
        wrap_default: whether to link inbox, control, outbox and signal, as far as the component has them. A component
            that links one of them itself needs False, and the names of the others.

    Raises:
        NoSuchBox: the component has no box of an extra name.
        BoxAlreadyLinked: as a failure of the handle, in its first slice; see ``wrap_default``.

    >>> from kamlab import Lab
    >>> from kamlab.like_file import LikeFile
    >>> from kamlab.parts import PureTransformer
    >>> with Lab() as lab:
    ...     lab.start(forever=True)
    ...     shout = LikeFile(PureTransformer(str.upper))
    ...     shout.put("hello")
    ...     shout.get()
    ...     shout.shutdown()
    'HELLO'
    """

    def __init__(
        self,
        component: Component,
        extra_inboxes: str | Iterable[str] = (),
        extra_outboxes: str | Iterable[str] = (),
        wrap_default: bool = True,
    ) -> None:
        inboxes = [name for name in STANDARD_INBOXES if wrap_default and name in component.inboxes]
        outboxes = [name for name in STANDARD_OUTBOXES if wrap_default and name in component.outboxes]
        self.component = component
        self.handle: Handle = Handle(
            component,
            inboxes=dict.fromkeys([*inboxes, *_names(extra_inboxes)]),
            outboxes=dict.fromkeys([*outboxes, *_names(extra_outboxes)]),
        )
        self.alive = True
        self.handle.activate()

    @public
    def put(self, message: Any, boxname: str = "inbox") -> None:
        """Deliver a message to an inbox of the component.

        Raises:
            AlreadyEnded: the component has ended, or this was shut down.
            NoSuchBox: this is not linked to an inbox of that name.
        """
        self._check_alive()
        self.handle.put(message, boxname)

    @public
    def get(self, boxname: str = "outbox", blocking: bool = True, timeout: float | None = None) -> Any:
        """Return the oldest message that came out of an outbox; wait for it if there is none.

        Args:
            boxname: the name of the outbox.
            blocking: whether to wait.
            timeout: how many seconds to wait at most; ``None`` is as long as the lab runs.

        Raises:
            queue.Empty: there is no message, or none came in time.
            HandleHasEnded: none will come, because the component has ended; a ``queue.Empty``, too.
            LabStandsStill: none will come as long as nothing runs the lab; a ``queue.Empty``, too.
            IsShutDown: this was shut down.
            NoSuchBox: this is not linked to an outbox of that name.
        """
        self._check_alive()
        if not blocking:
            return self.handle.get(boxname)
        self._check_waits_outside()
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = LOOK if deadline is None else min(LOOK, deadline - time.monotonic())
            stood_still = not self._runs()
            try:
                return self.handle.get(boxname, 0 if stood_still else max(left, 0))
            except AlreadyEnded:
                raise
            except queue.Empty:
                if stood_still:
                    raise self._stands_still() from None
                if left <= 0:
                    raise

    @public
    def get_nowait(self, boxname: str = "outbox") -> Any:
        """Return the oldest message that came out of an outbox; see :meth:`get`.

        Raises:
            queue.Empty: there is none.
        """
        return self.get(boxname, blocking=False)

    def qsize(self, boxname: str = "outbox") -> int:
        """Return how many messages have come out of an outbox and were not got."""
        return self.handle.waiting(boxname)

    def empty(self, boxname: str = "outbox") -> bool:
        """Return whether no message waits to be got."""
        return not self.qsize(boxname)

    def any_ready(self) -> list[str] | None:
        """Return the names of the outboxes from which messages wait to be got, ``None`` if there are none."""
        return [name for name in self.handle.inboxes if self.qsize(name)] or None

    @public
    def shutdown(self) -> None:
        """Tell the component to end, in every way there is, and refuse further use.

        If the lab runs, wait a second for the end; a component that has not ended by then is reported.

        Raises:
            IsShutDown: this was shut down before.
            NoSuchBox: this is not linked to ``control``.
        """
        self._check_alive()
        try:
            for message in (Shutdown(), ProducerFinished(), ShutdownMicroprocess()):
                self.handle.put(message, "control")
        except AlreadyEnded:
            pass  # it has ended by itself
        self.alive = False
        deadline = time.monotonic() + SHUTDOWN_PATIENCE
        while self._runs() and in_slice.world is None and not is_over(self.handle):
            if time.monotonic() >= deadline:
                self._report(f"{self.component.short_name} was told to shut down and has not ended; stop() ends it")
                return
            time.sleep(0.005)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self.alive:
            self.shutdown()

    def __repr__(self) -> str:
        return f"<LikeFile of {self.component.short_name}>"

    def _check_alive(self) -> None:
        if not self.alive:
            raise IsShutDown(
                f"the LikeFile of {self.component.short_name} was shut down, so nothing can be put or got; for more, "
                "make a new one"
            )

    def _check_waits_outside(self) -> None:
        if in_slice.world is not None:
            raise LabIsRunning(
                f"get() of {self!r} would wait in a slice, and the lab would wait for that slice; in a component use "
                "boxes and links, or get_nowait()"
            )

    def _runs(self) -> bool:
        """Return whether a thread runs the lab, so that a message may come."""
        scheduler = self.handle.scheduler_in_charge
        return scheduler is not None and scheduler.world.state == "running"

    def _stands_still(self) -> LabStandsStill:
        return LabStandsStill(
            f"no message waits at {self!r}, and nothing runs its lab; call lab.start() first, or step or run the lab "
            "and then call get_nowait()"
        )

    def _report(self, text: str) -> None:
        scheduler = self.handle.scheduler_in_charge
        if scheduler is not None:
            scheduler.world.report(text)


def _names(boxes: str | Iterable[str]) -> list[str]:
    return [boxes] if isinstance(boxes, str) else list(boxes)
