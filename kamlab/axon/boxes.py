"""The old names of boxes and links, and ``Axon.Box``.

The engine makes boxes and links itself, so it would never use a subclass. Instead, the engine's own classes get
additional names; nothing is replaced, and nothing costs an extra call.
"""

from __future__ import annotations

from typing import Any

from kamlab.core.box import Box, Inbox, Outbox
from kamlab.core.component import Component
from kamlab.core.errors import BadComponent
from kamlab.core.link import Link

from .transit import show_transit


def _set_size(box: Any, size: int | None) -> int | None:
    """Limit how many messages may wait; ``None`` lifts the limit. Returns the limit."""
    box.set_size(size)
    return size


def _own_limit(box: Inbox) -> int | None:
    """Return the limit of this inbox, or ``None``."""
    return box.limit


def _limit_of_target(box: Outbox) -> int | None:
    """Return the limit at the end of the chain, or ``None``."""
    return box.size


def _own_length(box: Any) -> int:
    """Return how many messages wait in this box itself, not at the end of its chain."""
    return len(getattr(box, "items", ()))


def _set_synchronous(link: Link, pipewidth: int | None = None) -> int | None:
    """Limit the sink of a link to ``pipewidth`` messages. Returns the limit."""
    return _set_size(link.sink_box, pipewidth)


def _show_link(link: Link, showtransit: Any = True, tag: Any = None) -> None:
    """Print the messages that are delivered to the sink of this link, or stop printing them."""
    show_transit(link.sink_box, showtransit, tag if tag is not None else str(link))


_OLD_NAMES: dict[type, dict[str, Any]] = {
    Box: {
        "setSize": _set_size,
        "isFull": Box.is_full,
        "local_len": _own_length,
        "setShowTransit": show_transit,
    },
    Inbox: {"getSize": _own_limit},
    Outbox: {"getSize": _limit_of_target},
    Link: {
        "sourcePair": Link.source_pair,
        "sinkPair": Link.sink_pair,
        "getSourcebox": lambda link: link.source_box,
        "getSinkbox": lambda link: link.sink_box,
        "setSynchronous": _set_synchronous,
        "setShowTransit": _show_link,
    },
}


def add_old_names() -> None:
    """Add the old names to the engine's classes of boxes and links."""
    for cls, names in _OLD_NAMES.items():
        for name, value in names.items():
            setattr(cls, name, value)


def makeInbox(notify: Any, size: int | None = None) -> Inbox:
    """Make an inbox for a component, given its ``unpause`` method.

    Raises:
        BadComponent: ``notify`` is not a method of a component.
    """
    owner = _owner(notify)
    box = Inbox(owner, "inbox", owner.scheduler_in_charge)
    if size is not None:
        box.set_size(size)
    return box


def makeOutbox(notify: Any) -> Outbox:
    """Make an outbox for a component, given its ``unpause`` method; see :func:`makeInbox`."""
    return Outbox(_owner(notify), "outbox")


def _owner(notify: Any) -> Component:
    owner = getattr(notify, "__self__", None)
    if not isinstance(owner, Component):
        raise BadComponent(
            f"{notify!r} is not a method of a component; give the unpause method of the component that owns the box"
        )
    return owner
