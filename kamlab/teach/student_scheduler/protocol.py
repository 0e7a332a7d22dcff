"""What a scheduler must offer to be shown, what its processes may offer, and the errors if they do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from ...core.describe import shorten
from ...core.errors import KamlabError, listed

#: Boxes of these names are outboxes, whether or not a postman fetches from them.
OUTBOXES = ("outbox", "signal")


class HookError(KamlabError):
    """A system cannot be shown: something that the panel needs is missing or gives a wrong answer.

    >>> from kamlab.teach import HookError, show_mine
    >>> try:
    ...     show_mine(lambda: 42)
    ... except HookError as error:
    ...     print(str(error).split(";")[0])
    Your scheduler, which my_system() returned, has no active
    """


class TheirScheduler(Protocol):
    """What a scheduler must offer to be shown. ``step()`` of such a scheduler would be ``run(choose())``.

    ``choose`` is asked once before every slice. A process that has ended is no longer in ``active`` when
    ``run`` returns. An error of a process may leave ``run``; the process is then shown as failed.
    """

    #: The processes that have been activated and have not ended.
    active: list[Any]

    def choose(self) -> Any:
        """Return the process that goes next, one of ``active``; ``None`` if none does."""

    def run(self, process: Any) -> None:
        """Run one slice of this process."""


class TheirProcess(Protocol):
    """What a process may offer. All of it is optional; without it, only the slices of the process are shown.

    A process with ``source``, ``source_box``, ``sink`` and ``sink_box`` is a *postman*: it takes messages from one box
    and puts them into another. The messages in the box that it takes from are shown in its own inbox.
    """

    #: Its boxes: lists of messages by name, the oldest first. There may be ``inboxes`` and ``outboxes`` instead.
    boxes: dict[str, list[Any]]
    #: The processes that it consists of, which are drawn inside it.
    children: list[Any]
    source: Any
    source_box: str
    sink: Any
    sink_box: str


class Route(NamedTuple):
    """The two boxes between which a postman carries messages."""

    source: Any
    source_box: str
    sink: Any
    sink_box: str


_HOOKS = {
    "active": "a list of everybody who has been activated and has not ended",
    "choose": "a method that returns who goes next, or None",
    "run": "a method run(process) that lets this one run for one slice",
}


def check_scheduler(scheduler: Any, made_by: str) -> None:
    """Check that a scheduler offers what is needed.

    Raises:
        HookError: it does not; the message says which hook is missing or wrong.
    """
    if scheduler is None:
        raise HookError(f"{made_by}() returned None. It must return your scheduler: end it with 'return scheduler'.")
    if isinstance(scheduler, type):
        name = scheduler.__name__
        raise HookError(f"{made_by}() returned the class {name}. It must return a scheduler: {name}(), with brackets.")
    for hook, what in _HOOKS.items():
        there = getattr(scheduler, hook, None)
        if there is None or (hook != "active" and not callable(there)):
            names = [name for name in dir(scheduler) if not name.startswith("_")]
            problem = f"has no {hook}" if there is None else f"has a {hook} that is not a method"
            raise HookError(
                f"Your scheduler, which {made_by}() returned, {problem}; the panel needs it: {what}. "
                f"{kind(scheduler)} has: {listed(names)}."
            )
    if not active_of(scheduler):
        raise HookError(
            f"The list active of your scheduler is empty, so there is nothing to show. {made_by}() must "
            "activate the processes of your system and then return the scheduler."
        )


def active_of(scheduler: Any) -> list[Any]:
    """Return the active processes without duplicates.

    Raises:
        HookError: ``active`` is not a list.
    """
    active = scheduler.active
    if isinstance(active, (str, bytes)) or not isinstance(active, Iterable):
        raise HookError(f"active of your scheduler is {shorten(active)}; the panel needs {_HOOKS['active']}.")
    return list({id(process): process for process in active}.values())


def boxes_of(process: Any) -> dict[tuple[str, str], Any]:
    """Return the lists of messages of a process by side (``in``, ``out``, or "" if it does not say) and name.

    Raises:
        HookError: they are not lists by name.
    """
    found: dict[tuple[str, str], Any] = {}
    for attribute, side in (("boxes", ""), ("inboxes", "in"), ("outboxes", "out")):
        boxes = getattr(process, attribute, None)
        if boxes is None or (attribute != "boxes" and not isinstance(boxes, dict)):
            continue
        if not isinstance(boxes, dict):
            raise HookError(
                f"{attribute} of your {kind(process)} is {shorten(boxes)}; the panel needs a dictionary: "
                'the name of each box and a list, such as {"inbox": [], "outbox": []}.'
            )
        for name, messages in boxes.items():
            if not all(hasattr(messages, method) for method in ("append", "clear", "extend", "__iter__")):
                raise HookError(
                    f"The box {name!r} of your {kind(process)} is {shorten(messages)}; the panel needs a list of "
                    "messages, the oldest first."
                )
            found[side, str(name)] = messages
    return found


def route_of(process: Any) -> Route | None:
    """Return the boxes between which a postman carries messages; ``None`` if the process is not a postman."""
    ends: list[Any] = []
    for name in Route._fields:
        ends.append(getattr(process, name, None))
        if ends[-1] is None:
            return None
    return Route(*ends)


def kind(thing: Any) -> str:
    """Return the name of an object's class, or of the function if it is a generator."""
    if hasattr(thing, "gi_frame"):
        return str(thing.__name__)
    return type(thing).__name__


def among(thing: Any, things: Iterable[Any]) -> bool:
    """Return whether an object, not one that is equal to it, is among others."""
    return any(other is thing for other in things)
