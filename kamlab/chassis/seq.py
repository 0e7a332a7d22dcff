"""A Seq: components one after another."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from ..core.component import Component
from ..core.ipc import ProducerFinished
from .base import Chassis, Route, check_parts
from .flow_control import send_when_room


class Seq(Chassis):
    """Runs components one after another; a string among them is printed when it is reached.

    Inbox and outbox are those of the component that runs now. Control messages are ignored. After the last component
    the Seq sends ProducerFinished. Stopping it stops the component that runs now.

    Args:
        items: components and strings, in order.

    Raises:
        BadComponent: an item is neither.
        BelongsElsewhere: a component is given twice.

    >>> from kamlab import Lab, Pipeline, Seq
    >>> from kamlab.parts import ConsoleEchoer, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     sequence = Seq("first", DataSource(["a\\n", "b\\n"]), "then", DataSource(["c\\n"]))
    ...     _ = Pipeline(sequence, ConsoleEchoer()).activate()
    ...     _ = lab.run()
    first
    a
    b
    then
    c
    """

    def __init__(self, *items: Component | str) -> None:
        check_parts("Seq", (item for item in items if not isinstance(item, str)))
        super().__init__()
        self.sequence = items

    def _planned(self) -> tuple[Iterable[Component], Iterable[Route]]:
        components = [item for item in self.sequence if not isinstance(item, str)]
        routes: list[Route] = [(child, "outbox", self, "outbox", 2) for child in components]
        return components, routes + [(self, "inbox", child, "inbox", 1) for child in components]

    def main(self) -> Generator[None, None, None]:
        """Run each component to its end."""
        for item in self.sequence:
            if isinstance(item, str):
                print(item)
                continue
            self.add_children(item)
            self.link((item, "outbox"), (self, "outbox"), passthrough=2)
            self.link((self, "inbox"), (item, "inbox"), passthrough=1)
            self.activate_children()
            yield from self.until_children_done()
        yield from send_when_room(self, ProducerFinished(self), "signal")
