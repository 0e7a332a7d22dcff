"""One source, sinks that are known from the start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from .worker import Worker


class TwoWaySplitter(Worker):
    """Copies inbox to outbox and outbox2, control to signal and signal2.

    Where one of two is full the other gets its copy at once, and the next message waits.

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
    """Copies each message to the outboxes named, and to ``outbox`` if that is linked.

    Kamaelia's copies data to ``signal`` as well; this one does not.

    Args:
        boxnames: names of the outboxes to make.

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
        """Return the message, for the boxes that want it now."""
        wants_own = self.outboxes["outbox"].onward is not None or not self.boxnames
        self.results_to: tuple[str, ...] = (
            tuple(dict.fromkeys((*self.boxnames, "outbox"))) if wants_own else self.boxnames
        )
        return (message,)
