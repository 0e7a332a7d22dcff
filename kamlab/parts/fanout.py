"""Copying messages to a fixed set of outboxes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from .worker import Worker


class TwoWaySplitter(Worker):
    """Copies messages from inbox to outbox and outbox2, and from control to signal and signal2.

    If one of two is full, the other gets its copy at once, and the next message waits.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import TwoWaySplitter
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(TwoWaySplitter()).activate()
    ...     handle.put("hello")
    ...     _ = lab.run()
    ...     handle.get("outbox"), handle.get("outbox2")
    ('hello', 'hello')
    """

    Outboxes: ClassVar[Any] = {
        "outbox": "A copy of each message.",
        "outbox2": "Another.",
        "signal": "A copy of each control message.",
        "signal2": "Another.",
    }
    results_to: tuple[str, str] = ("outbox", "outbox2")
    signals_to: tuple[str, str] = ("signal", "signal2")

    def work(self, message: Any) -> Iterable[Any]:
        """Return the message."""
        return (message,)


class Fanout(Worker):
    """Copies each message to the named outboxes, and to ``outbox`` if that is linked.

    Unlike Kamaelia's Fanout, it does not copy data to ``signal``.

    Args:
        boxnames: the names of the outboxes to make.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import Fanout
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(Fanout(["screen", "file"])).activate()
    ...     handle.put("hello")
    ...     _ = lab.run()
    ...     handle.get("screen"), handle.get("file")
    ('hello', 'hello')
    """

    def __init__(self, boxnames: Iterable[str]) -> None:
        self.boxnames: tuple[str, ...] = tuple(dict.fromkeys(boxnames))
        self.__dict__["Outboxes"] = {**dict.fromkeys(self.boxnames, "A copy of each message."), **self.Outboxes}
        super().__init__()

    def work(self, message: Any) -> Iterable[Any]:
        """Return the message, for the outboxes that get it now."""
        wants_own = self.outboxes["outbox"].onward is not None or not self.boxnames
        self.results_to: tuple[str, ...] = (
            tuple(dict.fromkeys((*self.boxnames, "outbox"))) if wants_own else self.boxnames
        )
        return (message,)
