"""A Par: components side by side."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar

from ..core.component import Component
from ..core.ipc import SHUTDOWN_MESSAGES, ProducerFinished, ShutdownMicroprocess
from .base import Chassis, check_parts, check_routes
from .flow_control import send_when_room


class Par(Chassis):
    """Runs components side by side.

    Their messages to outbox and signal leave through the Par's. Shutdown messages do not, because the first component
    to finish would end a consumer that still gets messages from the others; when the last has ended, the Par sends one
    shutdown message instead. Messages to the inbox are discarded and counted at the outbox ``_co``; those to
    control are copied to every component. A ShutdownMicroprocess is passed on to signal and ends the Par at once.
    Stopping the Par stops its components.

    Args:
        components: the components.
        argd: keywords become attributes.

    Raises:
        BadComponent: one of them is not a component.
        BelongsElsewhere: a component is given twice.
        NoSuchBox: one of them has no outbox or no signal.

    >>> from kamlab import Handle, Lab, Par
    >>> from kamlab.parts import DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(Par(DataSource([1, 2]), DataSource([10, 20]))).activate()
    ...     _ = lab.run()
    ...     [handle.get() for _ in range(4)], type(handle.get("signal")).__name__
    ([1, 10, 2, 20], 'ProducerFinished')
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Not used; what comes is discarded.",
        "control": "Messages for every component.",
        "_signal": "What the components send to their signal.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "What the components send.",
        "signal": "What the components send to signal, and one shutdown message at the end.",
        "_co": "What came in at the inbox; linked to nothing.",
        "_cs": "Control messages for the components.",
    }

    def __init__(self, *components: Component, **argd: Any) -> None:
        self.components: list[Component] = check_parts("Par", components)
        super().__init__(**argd)
        check_routes((child, "outbox", self, "outbox", 2) for child in self.components)
        check_routes((child, "signal", self, "_signal", 0) for child in self.components)

    def main(self) -> Generator[None, None, None]:
        """Activate all components, and wait until they have ended or a ShutdownMicroprocess comes."""
        self.add_children(*self.components)
        for child in self.components:
            self.link((child, "outbox"), (self, "outbox"), passthrough=2)
            self.link((child, "signal"), (self, "_signal"))
        self.activate_children()
        goodbye: Any = ProducerFinished(self)
        while True:
            for message in self.messages("inbox"):
                self.send(message, "_co")
            for message in self.messages("control"):
                yield from self.tell(self.components, message, "_cs")
                if isinstance(message, ShutdownMicroprocess):
                    goodbye = message
            done = self.children_done()
            for message in self.messages("_signal"):
                if not isinstance(message, SHUTDOWN_MESSAGES):
                    yield from send_when_room(self, message, "signal")
            if done or isinstance(goodbye, ShutdownMicroprocess):
                break
            self.pause()
            yield
        yield from send_when_room(self, goodbye, "signal")
        for child in self.child_components():
            self.remove_child(child)
