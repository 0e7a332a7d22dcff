"""A handle: how ordinary code exchanges messages with a component in a running lab.

``put`` and ``get`` never touch a box. Messages pass through thread-safe queues and are carried over between two slices,
so a cell may use a handle while the lab runs in the background.
"""

from __future__ import annotations

import queue
from collections.abc import Iterable
from typing import Any

from .core.component import Component, check_component
from .core.errors import AlreadyEnded, HandleHasEnded, NoSpaceInBox, NoSuchBox, listed
from .core.link import find_box
from .core.microprocess import is_over, method_of, state_of

#: The last item of every queue of outgoing messages. ``get`` puts it back, for the next call.
_THE_END: Any = object()


class Handle(Component):
    """Wraps a component: messages go in with ``put`` and come out with ``get``.

    Args:
        component: the component; it is activated with the handle, and may be a whole Pipeline.
        inboxes, outboxes: the boxes that are linked; all but private ones by default.

    The handle ends when the component does.

    >>> from kamlab import Lab, Component
    >>> class Echo(Component):
    ...     async def main(self):
    ...         self.send(await self.receive())
    >>> with Lab() as lab:
    ...     handle = Handle(Echo()).activate()
    ...     handle.put("hello")
    ...     _ = lab.run()
    ...     handle.get()
    'hello'
    """

    woken_by_collection = True

    def __init__(
        self, component: Component, *, inboxes: Iterable[str] | None = None, outboxes: Iterable[str] | None = None
    ) -> None:
        super().__init__()
        check_component(component, "what a handle talks to")
        self.component = component
        self._held: dict[str, list[Any]] = {}
        self._over = False
        # The handle has an opposite box for each of the component's, except private ones, which that links itself.
        self.Inboxes: list[Any] = _linked(component, "outboxes", outboxes)  # type: ignore[misc]
        self.Outboxes: list[Any] = _linked(component, "inboxes", inboxes)  # type: ignore[misc]
        self._came_out: dict[str, queue.SimpleQueue[Any]] = {name: queue.SimpleQueue() for name in self.Inboxes}

    def put(self, message: Any, boxname: str = "inbox") -> None:
        """Deliver a message to an inbox of the component. Safe to call from any thread.

        Raises:
            NoSuchBox: the component has no such inbox.
            AlreadyEnded: the component, and the handle with it, has ended.
        """
        self._check_box(boxname, "inboxes", self.Outboxes)
        self._check_alive()
        scheduler = self._task.scheduler
        if scheduler is None:
            self._held.setdefault(boxname, []).append(message)
            return
        scheduler.post(lambda: self._put_now(message, boxname))

    def get(self, boxname: str = "outbox", timeout: float | None = 0) -> Any:
        """Return the oldest message that came out of an outbox of the component. Safe to call from any thread.

        Args:
            boxname: the name of the outbox.
            timeout: how many seconds to wait for a message; ``None`` waits forever.

        Raises:
            queue.Empty: there is no message.
            HandleHasEnded: there is no message, and none will come because the component has ended, before the call or
                during it. This is a ``queue.Empty``, too.
            NoSuchBox: the component has no such outbox.
        """
        self._check_box(boxname, "outboxes", self.Inboxes)
        out = self._came_out[boxname]
        try:
            message = out.get_nowait() if timeout == 0 else out.get(timeout=timeout)
        except queue.Empty:
            if self._over:  # another thread has just taken the end, and puts it back
                raise self._has_ended(boxname) from None
            raise queue.Empty(self._why_empty(boxname)) from None
        if message is _THE_END:
            out.put(_THE_END)
            raise self._has_ended(boxname)
        return message

    def waiting(self, boxname: str = "outbox") -> int:
        """Return how many messages have come out of an outbox and were not taken. Safe to call from any thread.

        Raises:
            NoSuchBox: the component has no such outbox.
        """
        self._check_box(boxname, "outboxes", self.Inboxes)
        return max(self._came_out[boxname].qsize() - self._over, 0)

    def _why_empty(self, boxname: str) -> str:
        name = self.component.short_name
        if self._task.scheduler is None:
            return f"the handle of {name} was never activated, so nothing comes out of it; call activate()"
        return (
            f"no message has come out of {boxname!r} of {name} yet, or all were taken; run the lab, or wait for one: "
            "get(timeout=seconds)"
        )

    def _has_ended(self, boxname: str) -> HandleHasEnded:
        return HandleHasEnded(
            f"{self._end_in_words()}, so nothing more comes out of its {boxname!r}; everything that came was taken. "
            "For more, make a new component and a new Handle."
        )

    def _end_in_words(self) -> str:
        name = self.component.short_name
        if is_over(self.component):
            return f"{name} has {state_of(self.component)}, and its handle with it"
        return f"the handle of {name} has {self._task.life}"

    def stop(self) -> None:
        """End the handle for good; calls of ``get`` that wait are told."""
        super().stop()
        if self._task.scheduler is None and self.is_stopped():  # it was never activated, so close_down is not called
            self._tell_the_end()

    def close_down(self) -> Any:
        """Tell the calls of ``get`` that wait."""
        self._tell_the_end()
        return super().close_down()

    def _tell_the_end(self) -> None:
        self._over = True
        for out in self._came_out.values():
            out.put(_THE_END)

    def _check_box(self, boxname: str, side: str, mine: Any) -> None:
        find_box(self.component, boxname, side)
        if boxname not in mine:
            raise NoSuchBox(
                f"the box {boxname!r} of {self.component.short_name} was made after this handle, or was not to be "
                f"linked. It is linked to: {listed(mine)}."
            )

    def _check_alive(self) -> None:
        if self.is_stopped():
            raise AlreadyEnded(
                f"{self._end_in_words()}, so nothing can be put in. What came out before can still be got; for more, "
                "make a new component and a new Handle."
            )

    def _put_now(self, message: Any, boxname: str) -> None:
        self._check_alive()
        scheduler = self._task.scheduler
        if scheduler is not None and scheduler.journal is not None:
            scheduler.journal.outside("put", self.short_name, boxname, message)
        self._held.setdefault(boxname, []).append(message)
        self.wake("a put from outside")

    def main(self) -> Any:
        """Carry messages in both directions until the component ends."""
        for name in self.Outboxes:
            self.link((self, name), (self.component, name))
        for name in self.Inboxes:
            self.link((self.component, name), (self, name))
        self.add_children(self.component)
        method_of(self.component, "activate")()
        while True:
            ended = is_over(self.component)
            self._carry_in()
            self._carry_out()
            if ended:
                return
            self.pause()
            yield

    def _carry_in(self) -> None:
        for name, waiting in self._held.items():
            while waiting:
                try:
                    self.send(waiting[0], name)
                except NoSpaceInBox:
                    break
                del waiting[0]

    def _carry_out(self) -> None:
        for name, out in self._came_out.items():
            for message in self.messages(name):
                out.put(message)


def _linked(component: Component, side: str, wanted: Iterable[str] | None) -> list[str]:
    """Return the names of the boxes that a handle links."""
    if wanted is None:
        return [name for name in getattr(component, side) if not name.startswith("_")]
    names = list(wanted)
    for name in names:
        find_box(component, name, side)
    return names
