"""A part that drops messages for which there is no room."""

from __future__ import annotations

from collections.abc import Generator

from ..chassis.flow_control import discard, send_when_room
from ..core.component import Component
from ..core.errors import NoSpaceInBox
from ..core.ipc import SHUTDOWN_MESSAGES


class LossyConnector(Component):
    """Passes messages on, and drops those for which there is no room; ``dropped`` counts them.

    Shutdown messages end it and are passed on; they are never dropped.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource, LossyConnector
    >>> with Lab(clock="virtual") as lab:
    ...     connector, sink = LossyConnector(), Collate()
    ...     sink.set_inbox_size("inbox", 2)
    ...     for number in range(5):
    ...         connector.deliver(number)
    ...     _ = Pipeline(connector, sink).activate()
    ...     _ = lab.run()
    ...     sink.collated, connector.dropped
    ([0, 1], 3)
    """

    woken_by_collection = False

    @property
    def dropped(self) -> int:
        """How many messages were dropped, because there was no room or no link."""
        return self.outboxes["outbox"].discarded

    def main(self) -> Generator[None, None, None]:
        """Pass on what fits."""
        while True:
            for message in self.messages("inbox"):
                try:
                    self.send(message, "outbox")
                except NoSpaceInBox:
                    discard(self.outboxes["outbox"], message)
            for message in self.messages("control"):
                yield from send_when_room(self, message, "signal")
                if isinstance(message, SHUTDOWN_MESSAGES):
                    return
            self.pause()
            yield
