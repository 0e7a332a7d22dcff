"""Components that add and remove boxes while they run."""

from __future__ import annotations

from typing import Any

from .box import Box, Inbox, Outbox
from .component import Component
from .errors import NoSuchBox, listed
from .link import no_such_box
from .task import task_of
from .thread import ThreadedComponent


class _Adaptive:
    """The methods, mixed into a component with or without a thread."""

    _resources: dict[Any, tuple[list[str], list[str], Any]] | None = None
    _resource_of_inbox: dict[str, Any] | None = None

    def add_inbox(self: Any, name: str = "inbox") -> str:
        """Add an inbox and return its name: ``name``, followed by a number if that name is taken."""

        def make() -> str:
            actual = _free_name(name, self.inboxes)
            box = self.inboxes[actual] = Inbox(self, actual)
            box.scheduler = self._task.scheduler
            return actual

        return str(self._ask(make))

    def add_outbox(self: Any, name: str = "outbox") -> str:
        """Add an outbox and return its name: ``name``, followed by a number if that name is taken."""

        def make() -> str:
            actual = _free_name(name, self.outboxes)
            self.outboxes[actual] = Outbox(self, actual)
            return actual

        return str(self._ask(make))

    def delete_inbox(self: Any, name: str) -> None:
        """Remove an inbox and its links.

        Raises:
            NoSuchBox: there is no box of that name.
        """
        self._ask(lambda: _drop(self, name, "inboxes"))

    def delete_outbox(self: Any, name: str) -> None:
        """Remove an outbox and its links.

        Raises:
            NoSuchBox: there is no box of that name.
        """
        self._ask(lambda: _drop(self, name, "outboxes"))

    # -- resources -----------------------------------------------------------------------------------

    def track_resource(self: Any, resource: Any, inbox: str) -> None:
        """Record that an inbox belongs to a resource that this component made.

        Raises:
            NoSuchBox: there is no such inbox.
        """
        if inbox not in self.inboxes:
            raise no_such_box(self, inbox, "inboxes")
        if self._resource_of_inbox is None:
            self._resource_of_inbox = {}
        self._resource_of_inbox[inbox] = resource

    def retrieve_tracked_resource(self, inbox: str) -> Any:
        """Return the resource that an inbox belongs to.

        Raises:
            NoSuchBox: no resource is tracked for it.
        """
        tracked = self._resource_of_inbox or {}
        if inbox not in tracked:
            raise NoSuchBox(
                f"no resource is tracked for the inbox {inbox!r}; there is one for these inboxes: {listed(tracked)}"
            )
        return tracked[inbox]

    def track_resource_information(self, resource: Any, inboxes: list[str], outboxes: list[str], info: Any) -> None:
        """Record the boxes of a resource, and any other information about it."""
        if self._resources is None:
            self._resources = {}
        for names, there, side in ((inboxes, "inboxes", "inboxes"), (outboxes, "outboxes", "outboxes")):
            for name in names:
                if name not in getattr(self, there):
                    raise no_such_box(self, name, side)
        self._resources[resource] = (list(inboxes), list(outboxes), info)

    def retrieve_tracked_resource_information(self, resource: Any) -> tuple[list[str], list[str], Any]:
        """Return the inboxes, the outboxes and the information of a resource."""
        try:
            return self._tracked()[resource]
        except KeyError:
            raise NoSuchBox(
                f"the resource {resource!r} is not tracked; tracked: {listed(map(str, self._tracked()))}"
            ) from None

    def cease_tracking_resource(self, resource: Any) -> None:
        """Forget a resource."""
        self.retrieve_tracked_resource_information(resource)
        del self._tracked()[resource]

    def _tracked(self) -> dict[Any, tuple[list[str], list[str], Any]]:
        return self._resources if self._resources is not None else {}


def _free_name(name: str, boxes: dict[str, Any]) -> str:
    if name not in boxes:
        return name
    number = 1
    while f"{name}{number}" in boxes:
        number += 1
    return f"{name}{number}"


def _drop(component: Any, name: str, side: str) -> None:
    boxes = getattr(component, side)
    if name not in boxes:
        raise no_such_box(component, name, side)
    box: Box = boxes[name]
    switchboard = task_of(component).switchboard
    if switchboard is not None:
        switchboard.unlink_box(box)
    box.leads_nowhere()
    for source in list(box.sources):
        source.leads_nowhere()
    del boxes[name]
    if side == "inboxes" and component._resource_of_inbox is not None:
        component._resource_of_inbox.pop(name, None)


class AdaptiveCommsComponent(_Adaptive, Component):
    """A component that adds and removes boxes while it runs.

    >>> component = AdaptiveCommsComponent()
    >>> component.add_outbox("outbox")
    'outbox1'
    """

    def _ask(self, call: Any) -> Any:
        return call()


class ThreadedAdaptiveCommsComponent(_Adaptive, ThreadedComponent):
    """The same with a thread of its own; boxes are added and removed in slices of the scheduler.

    >>> from kamlab import Lab, ThreadedAdaptiveCommsComponent
    >>> class Sorter(ThreadedAdaptiveCommsComponent):
    ...     def main(self):
    ...         for word in ("apple", "pear"):
    ...             self.send(word, self.add_outbox("fruit"))
    ...         self.sync()
    >>> with Lab(clock="virtual") as lab:
    ...     sorter = Sorter().activate()
    ...     _ = lab.run()
    >>> sorted(sorter.outboxes)
    ['fruit', 'fruit1', 'outbox', 'signal']
    """
