"""A splitter that may contain its source, and a chassis that plugs a component into it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar

from ..chassis.base import Chassis
from ..core.component import Component
from .outlets import AddSink, RemoveSink
from .passing import PassThrough
from .splitting import Splitter


class PlugSplitter(Splitter):
    """A Splitter that also sends to its own outbox and signal, and may contain its source.

    With a source component, inbox and control are the source's. Its messages to outbox and signal are copied,
    and the splitter ends when the source has ended.

    Args:
        source_component: the component that sends the data; without it, the data comes to the inbox.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import ConsoleEchoer, DataSource, Plug, PlugSplitter
    >>> with Lab(clock="virtual") as lab:
    ...     splitter = PlugSplitter(DataSource(["hello\\n"]))
    ...     _ = Plug(splitter, ConsoleEchoer(tag="plugged in: ")).activate()
    ...     _ = Pipeline(splitter, ConsoleEchoer(tag="linked: ")).activate()
    ...     _ = lab.run()
    linked: hello
    plugged in: hello
    """

    Inboxes: ClassVar[dict[Any | str, Any | str]] = {
        **Splitter.Inboxes,
        "_inbox": "Data from the source component.",
        "_control": "What the source component sends to signal.",
    }

    copies_to_self = True

    def __init__(self, source_component: Component | None = None) -> None:
        super().__init__()
        self._has_source = source_component is not None
        if source_component is not None:
            self.data_box: str = "_inbox"
            self.control_box: str = "_control"
            self.add_children(source_component)
            self.link((self, "inbox"), (source_component, "inbox"), passthrough=1)
            self.link((self, "control"), (source_component, "control"), passthrough=1)
            self.link((source_component, "outbox"), (self, "_inbox"))
            self.link((source_component, "signal"), (self, "_control"))

    def _is_the_end(self, message: Any) -> bool:
        return not self._has_source and super()._is_the_end(message)

    def _source_has_ended(self) -> bool:
        return self._has_source and not self.any_ready() and self.children_done()


class Plug(Chassis):
    """Connects a component to a splitter: it gets the messages that the splitter copies.

    The Plug registers with the splitter when it first runs, and unregisters when the component has ended. The
    component's outbox and signal are the Plug's.

    Args:
        splitter: any component with a box ``configuration`` that takes AddSink and RemoveSink.
        component: the component; without it, messages go straight to the Plug's outbox.

    Raises:
        NoSuchBox: ``splitter`` has no box ``configuration``.

    >>> from kamlab import Lab
    >>> from kamlab.parts import ConsoleEchoer, Plug, PlugSplitter
    >>> with Lab(clock="virtual") as lab:
    ...     splitter = PlugSplitter().activate()
    ...     for name in ("first", "second"):
    ...         _ = Plug(splitter, ConsoleEchoer(tag=f"{name}: ")).activate()
    ...     _ = lab.run()
    ...     splitter.deliver("hello\\n")
    ...     _ = lab.run()
    first: hello
    second: hello
    """

    Outboxes: ClassVar[Any] = {
        "outbox": "What the component sends.",
        "signal": "What the component sends to signal.",
        "splitter_config": "AddSink and RemoveSink for the splitter.",
    }

    def __init__(self, splitter: Component, component: Component | None = None) -> None:
        super().__init__()
        self.splitter = splitter
        inner: Any = component if component is not None else PassThrough()
        self.component: Any = inner
        self.link((self, "splitter_config"), (splitter, "configuration"))
        self.add_children(inner)
        self.link((self, "inbox"), (inner, "inbox"), passthrough=1)
        self.link((self, "control"), (inner, "control"), passthrough=1)
        self.link((inner, "outbox"), (self, "outbox"), passthrough=2)
        self.link((inner, "signal"), (self, "signal"), passthrough=2)

    def fresh_copy(self) -> Component:
        """Make another Plug, with a copy of the component, for the same splitter."""
        return type(self)(self.splitter, self.component.fresh_copy())

    def main(self) -> Generator[None, None, None]:
        """Register, wait until the component has ended, unregister."""
        self.send(AddSink(self, "inbox", "control"), "splitter_config")
        try:
            self.activate_children()
            yield from self.until_children_done()
        finally:
            self.send(RemoveSink(self, "inbox", "control"), "splitter_config")
