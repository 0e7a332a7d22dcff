"""The old names of boxes and links, and ``Axon.Box``.

The engine makes boxes and links itself, so it would never use a subclass. Instead, the engine's own classes get
additional names; nothing is replaced, and nothing costs an extra call.
"""

from __future__ import annotations

from collections.abc import Callable
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
        "addsource": lambda box, source: source.leads_to(box),
        "removesource": lambda box, source: source.leads_nowhere() if source.onward is box else None,
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


class _Notified(Component):
    """The owner of a box that calls a function: in place of being woken, it calls the function."""

    def __init__(self, notify: Callable[[], Any]) -> None:
        super().__init__()
        self._notify = notify
        self.name = getattr(notify, "__qualname__", type(notify).__name__)

    def wake(self, cause: Any = None) -> None:
        """Call the function."""
        self._notify()


class _NotifyingInbox(Inbox):
    """An inbox that calls a function whenever a message arrives."""

    __slots__ = ()

    def deliver(self, message: Any, source: Box | None = None) -> None:
        """Append a message, and call the function.

        Raises:
            NoSpaceInBox: the limit is reached; the message was not taken.
        """
        super().deliver(message, source)
        self.owner.wake(self)


def makeInbox(notify: Callable[[], Any], size: int | None = None) -> Inbox:
    """Make an inbox.

    Args:
        notify: called without arguments whenever a message arrives. The ``unpause`` method of a component makes that
            component the owner of the box.
        size: how many messages may wait in it; ``None`` is any number.

    Raises:
        BadComponent: ``notify`` cannot be called.

    >>> box = makeInbox(lambda: print("a message"), size=1)
    >>> box.append("hello")
    a message
    >>> box.pop(0)
    'hello'
    """
    owner = _owner(notify)
    made = _NotifyingInbox if isinstance(owner, _Notified) else Inbox
    box = made(owner, "inbox", owner.scheduler_in_charge)
    if size is not None:
        box.set_size(size)
    return box


def makeOutbox(notify: Callable[[], Any]) -> Outbox:
    """Make an outbox.

    Args:
        notify: called without arguments whenever a message that may have come from this box is taken out of a box made
            by :func:`makeInbox`. The ``unpause`` method of a component makes that component the owner of the box; it is
            woken whatever box the message is taken out of.

    Raises:
        BadComponent: ``notify`` cannot be called.

    >>> outbox, inbox = makeOutbox(lambda: print("taken")), makeInbox(lambda: None)
    >>> inbox.addsource(outbox)
    >>> outbox.append("hello")
    >>> inbox.pop(0)
    taken
    'hello'
    """
    return Outbox(_owner(notify), "outbox")


def _owner(notify: Any) -> Component:
    """Return the component whose ``unpause`` this is, or one that calls the function."""
    owner = getattr(notify, "__self__", None)
    if isinstance(owner, Component) and getattr(notify, "__name__", "") in ("unpause", "_unpause", "wake"):
        return owner
    if not callable(notify):
        raise BadComponent(
            f"a box cannot notify {notify!r}, which is not a function; give a function without arguments, such as the "
            "unpause method of the component that owns the box"
        )
    return _Notified(notify)
