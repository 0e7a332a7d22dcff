"""A part that puts messages into a list."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol

from ..chassis.flow_control import send_when_room, told_to_stop
from ..core.component import Component
from ..core.ipc import ProducerFinished


class Appendable(Protocol):
    """A list, or anything else with ``append``."""

    def append(self, message: Any, /) -> object:
        """Take a message."""


class DataSink(Component):
    """Appends messages to a list, the reverse of DataSource.

    Inboxes: inbox, messages; control, any message ends this, after the messages that wait (ShutdownMicroprocess drops
    those). Outboxes: outbox, the messages; signal, the message that ended this, or ProducerFinished at the limit.

    Args:
        items: the list, or anything with ``append``; a message is appended before it is passed on.
        argd: attributes to set, of these: ``limit`` is after how many messages to end (by default 0, never),
            ``pass_through`` whether to send messages on to outbox (by default ``True``).

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSink, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     found = []
    ...     _ = Pipeline(DataSource("abc"), DataSink(found, limit=2)).activate()
    ...     _ = lab.run()
    ...     found
    ['a', 'b']
    """

    woken_by_collection = False

    limit = 0
    pass_through = True

    def __init__(self, items: Appendable, **argd: Any) -> None:
        super().__init__(**argd)
        self.items = items

    def main(self) -> Generator[None, None, None]:
        """Take messages until the limit or a control message."""
        taken = 0
        while True:
            while self.data_ready("inbox") and not told_to_stop(self):
                message = self.recv("inbox")
                self.items.append(message)
                taken += 1
                if self.pass_through:
                    yield from send_when_room(self, message, "outbox", give_up=lambda: told_to_stop(self))
                if taken == self.limit:
                    yield from send_when_room(self, ProducerFinished(self), "signal")
                    return
            if self.data_ready("control"):
                yield from send_when_room(self, self.recv("control"), "signal")
                return
            self.pause()
            yield
