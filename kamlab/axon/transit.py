"""``setShowTransit``: prints each message that is delivered to a box."""

from __future__ import annotations

from typing import Any

from kamlab.core import worlds
from kamlab.core.events import SENT, Event


class _Printer:
    """An observer of one lab that prints what reaches the boxes it was told of."""

    def __init__(self) -> None:
        self.tags: dict[Any, Any] = {}

    def __call__(self, event: Event) -> None:
        if event.box in self.tags:
            print(f"Delivery via [ {self.tags[event.box]} ] of {event.message!r}")


def show_transit(box: Any, showtransit: Any = False, tag: Any = None) -> None:
    """Print what is delivered to ``box`` from now on, with ``tag``; or stop doing so.

    It counts where a message ends up: the last inbox of a chain of links.
    """
    scheduler = box.owner.scheduler_in_charge
    trace = (scheduler.world if scheduler is not None else worlds.current()).trace
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
