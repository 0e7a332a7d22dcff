"""``setShowTransit``: prints the messages that are delivered to a box."""

from __future__ import annotations

from typing import Any

from kamlab.core import context
from kamlab.core.events import SENT, Event


class _Printer:
    """An observer of a lab that prints the messages delivered to certain boxes."""

    def __init__(self) -> None:
        self.tags: dict[Any, Any] = {}

    def __call__(self, event: Event) -> None:
        if event.box in self.tags:
            print(f"Delivery via [ {self.tags[event.box]} ] of {event.message!r}")


def show_transit(box: Any, showtransit: Any = False, tag: Any = None) -> None:
    """Print the messages that are delivered to ``box`` from now on, with ``tag``; or stop printing them.

    A message is delivered to the last inbox of a chain of links.
    """
    scheduler = box.owner.scheduler_in_charge
    trace = (scheduler.world if scheduler is not None else context.current()).trace
    printer = next((hook for hook in trace.hooks.get(SENT, ()) if isinstance(hook, _Printer)), None)
    if printer is None:
        printer = _Printer()
        trace.attach(printer, [SENT])
    if showtransit:
        printer.tags[box] = tag
    else:
        printer.tags.pop(box, None)
        if not printer.tags:
            trace.detach(printer)
