"""Flow control: sending to an inbox that may be full.

If the inbox at the other end is full, ``send`` raises NoSpaceInBox, and the sender keeps the message. What to do then
is the same in nearly every component: ask to be woken when a message is taken there, sleep, and try again. A component
asks for that only while it waits, because being woken for every message taken would cost a slice each time.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Generator, Iterable
from typing import Any

from ..core.box import Outbox
from ..core.component import Component
from ..core.errors import NoSpaceInBox
from ..core.events import DISCARDED
from ..core.ipc import ShutdownMicroprocess
from ..core.unawaited import counter_of


def send_when_room(
    component: Component, message: Any, *boxnames: str, give_up: Callable[[], bool] | None = None
) -> Generator[None, None, bool]:
    """Send a message to some outboxes; sleep until it fits into those that have no room now.

    Use it with ``yield from`` in a generator ``main``, and with ``await`` in an ``async def``.

    Args:
        component: the sender.
        message: the message.
        boxnames: the names of the outboxes.
        give_up: called before each sleep. Once it returns true, outboxes without room do not get the message.

    Returns:
        True if the message was sent to all outboxes.
    """
    count = counter_of(component)
    count.append(None)
    return _sending(component, message, boxnames, give_up, count)


@types.coroutine
def _sending(
    component: Component,
    message: Any,
    boxnames: tuple[str, ...],
    give_up: Callable[[], bool] | None,
    count: list[None],
) -> Generator[None, None, bool]:
    """Carry out :func:`send_when_room`; count it off first, as :mod:`kamlab.core.awaitables` does."""
    if count:
        count.pop()
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
    """Send a message, and return the names of the outboxes where it did not fit."""
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
    """Count a message as discarded at an outbox, as if the outbox led nowhere."""
    box.discarded += 1
    scheduler = box.owner.scheduler_in_charge
    if scheduler is not None and scheduler.log is not None:
        scheduler.log((DISCARDED, box, None, message))
