"""Sending where there may be no room.

``send`` raises NoSpaceInBox where the inbox at the other end is full, and the sender still has the
message. What it does then is the same in nearly every component: ask to be woken when a message is
taken there, sleep, try again. Only while it waits does a component ask for that, since being woken
for every message that somebody takes would cost a slice each time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any

from ..core.box import Outbox
from ..core.component import Component
from ..core.errors import NoSpaceInBox
from ..core.events import DISCARDED
from ..core.ipc import ShutdownMicroprocess


def send_when_room(
    component: Component, message: Any, *boxnames: str, give_up: Callable[[], bool] | None = None
) -> Generator[None, None, bool]:
    """Send a message to some outboxes; where it does not fit, sleep until it does.

    To be used with ``yield from`` in a generator ``main``. ``give_up`` is asked before each sleep;
    once it returns true the message is not sent where it still does not fit, and the result is False.
    """
    left = _unsent(component, message, boxnames)
    if not left:
        return True
    before = component.woken_by_collection
    component.attend_collection(True)
    try:
        while left:
            if give_up is not None and give_up():
                return False
            component.pause()
            yield
            left = _unsent(component, message, left)
        return True
    finally:
        component.attend_collection(before)


def _unsent(component: Component, message: Any, boxnames: Iterable[str]) -> list[str]:
    """Send a message and return the names of the outboxes that it could not leave by."""
    left = []
    for name in boxnames:
        try:
            component.send(message, name)
        except NoSpaceInBox:
            left.append(name)
    return left


def told_to_stop(component: Component) -> bool:
    """Return whether a ShutdownMicroprocess waits in a component's control inbox."""
    return any(isinstance(message, ShutdownMicroprocess) for message in component.inboxes["control"].items)


def discard(box: Outbox, message: Any) -> None:
    """Count a message as lost at an outbox, as if nothing were linked to it."""
    box.discarded += 1
    scheduler = box.owner.scheduler_in_charge
    if scheduler is not None and scheduler.log is not None:
        scheduler.log((DISCARDED, box, None, message))
