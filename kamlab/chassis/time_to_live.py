"""A limit on the life of a component that has no timeout of its own.

The messages that ask for an end are tried from the mildest to the strictest, and each has two slices to take effect:
one in which the component reads it, one in which it ends. Rejected: to stop the component at once, which would take
from it the chance to close what it opened.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from ..core.component import Component, declared
from ..core.ipc import ProducerFinished, Shutdown, ShutdownMicroprocess
from ..core.microprocess import is_over, method_of
from .base import Chassis, Route, check_parts
from .flow_control import send_when_room


class TimeToLive(Chassis):
    """Contains one component, and ends it after ``delay`` seconds.

    It has the boxes of the component, except those whose names begin with an underscore. When the time is over it sends
    ProducerFinished to the component's control, then ShutdownMicroprocess, then Shutdown, with two slices in between.
    A component that ignores all of them, or has no control box, is stopped; ShutdownMicroprocess is then sent to signal
    in its place. If the component ends earlier, so does this.

    The time is the lab's. A virtual clock stands still while a component can run, so the time of a component that never
    pauses does not end there.

    Args:
        component: the component.
        delay: seconds that it may run.

    Raises:
        BadComponent: ``component`` is not a component.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.chassis import TimeToLive
    >>> from kamlab.parts import Collate, PeriodicTick
    >>> with Lab(clock="virtual") as lab:
    ...     ticks = Collate()
    ...     _ = Pipeline(TimeToLive(PeriodicTick(1), delay=2.5), ticks).activate()
    ...     lab.run().seconds, ticks.collated
    (2.5, [True, True])
    """

    def __init__(self, component: Component, delay: float) -> None:
        (self.component,) = check_parts("TimeToLive", [component])
        self.delay = delay
        inboxes, outboxes = _public(component, "inboxes"), _public(component, "outboxes")
        outboxes["_end"] = "Messages that ask the component to end."
        self.__dict__.update(Inboxes=inboxes, Outboxes=outboxes)
        super().__init__()

    def _routes(self) -> list[Route]:
        child = self.component
        inward: list[Route] = [(self, name, child, name, 1) for name in _public(child, "inboxes")]
        return inward + [(child, name, self, name, 2) for name in _public(child, "outboxes")]

    def _planned(self) -> tuple[Iterable[Component], Iterable[Route]]:
        return [self.component], self._routes()

    def main(self) -> Generator[None, None, None]:
        """Run the component, and end it when its time is over."""
        self.add_children(self.component)
        self.wire(self._routes())
        self.activate_children()
        end = self._now() + self.delay
        while not is_over(self.component) and (left := end - self._now()) > 0:
            self.pause(left)
            yield
        for message in (ProducerFinished(self), ShutdownMicroprocess(self), Shutdown()):
            if not is_over(self.component) and "control" in self.component.inboxes:
                yield from self.tell([self.component], message, "_end")
                yield
                yield
        if not is_over(self.component):
            method_of(self.component, "stop")()
            if "signal" in self.outboxes:
                yield from send_when_room(self, ShutdownMicroprocess(self), "signal")
        self.children_done()


def _public(component: Component, side: str) -> dict[str, str]:
    """Return the names of a component's boxes that do not begin with an underscore, and what is said of them."""
    known = declared(component, side.capitalize())
    said: Mapping[Any, str] = known if isinstance(known, Mapping) else {}
    return {name: said.get(name, "") for name in getattr(component, side) if not name.startswith("_")}
